using Vitrine.Linux.Kernel.Btf;

namespace Vitrine.Go.Probes.Btf;

/// <summary>
/// The types that will be written, each once. Ids are given before anything is written: a struct can be referred to while its members are still being found.
/// Integers have the names that the kernel's own BTF gives them, which tell readers the size of a pointer.
/// </summary>
sealed class BtfTypeTable
{
    readonly List<Action<BtfBuilder>> types = [];
    readonly Dictionary<(string Form, long First, long Second), int> known = [];
    readonly List<IReadOnlyList<BtfMember>?> members = [];

    /// <summary>Number of types.</summary>
    public int Count => types.Count;

    public int Bool => Once(("bool", 0, 0), b => b.AddInt("_Bool", 1, BtfIntEncoding.Bool));

    public int VoidPointer => Pointer(0);

    /// <summary>What Go calls a string.</summary>
    public int String => Known("go_string", 16, () =>
    {
        var character = Once(("char", 0, 0), b => b.AddInt("char", 1, BtfIntEncoding.Signed));
        return [new("str", Pointer(Once(("const", character, 0), b => b.AddConst(character))), 0), new("len", Unsigned(8), 8)];
    });

    /// <summary>A slice of anything.</summary>
    public int Slice => Known("go_slice", 24, () => [new("array", VoidPointer, 0), new("len", Unsigned(8), 8), new("cap", Unsigned(8), 16)]);

    /// <summary>An interface: its table of methods (or its type, when it has none) and the value.</summary>
    public int Interface => Known("go_iface", 16, () => [new("tab", VoidPointer, 0), new("data", VoidPointer, 8)]);

    public int Signed(int size) => Once(("signed", size, 0), b => b.AddInt(
        size switch { 1 => "signed char", 2 => "short int", 4 => "int", _ => "long int" }, size, BtfIntEncoding.Signed));

    public int Unsigned(int size) => Once(("unsigned", size, 0), b => b.AddInt(
        size switch { 1 => "unsigned char", 2 => "short unsigned int", 4 => "unsigned int", _ => "long unsigned int" }, size, BtfIntEncoding.None));

    public int Float(int size) => Once(("float", size, 0), b => b.AddFloat(size == 4 ? "float" : "double", size));

    /// <summary>A complex number of two floating-point numbers of <paramref name="size"/> bytes.</summary>
    public int Complex(int size) => Known(size == 4 ? "go_complex64" : "go_complex128", 2 * size, () => [new("re", Float(size), 0), new("im", Float(size), size)]);

    public int Pointer(int type) => Once(("pointer", type, 0), b => b.AddPointer(type));

    public int Array(int element, uint count)
    {
        var index = Unsigned(4);
        return Once(("array", element, count), b => b.AddArray(index, element, count));
    }

    /// <summary>Something of a known size and nothing else: an unsigned integer where there is one of that size, else bytes.</summary>
    public int Opaque(long size) => size is 1 or 2 or 4 or 8 ? Unsigned((int)size) : Array(Unsigned(1), (uint)Math.Clamp(size, 0, uint.MaxValue));

    /// <summary>Gives a struct its id. Null: it has no name.</summary>
    public int Struct(string? name, long size)
    {
        var at = types.Count;
        return Add(b =>
        {
            b.AddStruct(name, (uint)size);
            foreach (var member in members[at] ?? [])
                b.AddMember(member.Name, member.Type, member.Offset);
        });
    }

    /// <summary>Gives a struct its members.</summary>
    public void SetMembers(int id, IReadOnlyList<BtfMember> all) => members[id - 1] = all;

    /// <summary>Writes all types.</summary>
    public byte[] ToBytes()
    {
        using var builder = new BtfBuilder();
        foreach (var type in types)
            type(builder);
        return builder.ToBytes();
    }

    int Known(string name, int size, Func<IReadOnlyList<BtfMember>> content)
    {
        if (known.TryGetValue((name, 0, 0), out var id))
            return id;
        known[(name, 0, 0)] = id = Struct(name, size);
        SetMembers(id, content());
        return id;
    }

    int Once((string Form, long First, long Second) key, Action<BtfBuilder> write) =>
        known.TryGetValue(key, out var id) ? id : known[key] = Add(write);

    int Add(Action<BtfBuilder> write)
    {
        types.Add(write);
        members.Add(null);
        return types.Count;
    }
}
