using Vitrine.Go.Binary;
using Vitrine.Linux.Kernel.Btf;

namespace Vitrine.Go.Probes.Btf;

/// <summary>
/// Walks from the structs that are asked for to all that they hold by value. Descriptors are untrusted: the walk remembers where it was, has a depth and a
/// count, and what exceeds them or contradicts itself becomes bytes of the right size.
/// </summary>
sealed class GoBtfStructs(GoBinary binary)
{
    /// <summary>Structs in structs. Go's own have eight.</summary>
    const int MaxDepth = 64;

    /// <summary>Types of one file. Kubernetes' largest program needs some 300,000; the kernel's own limit is a million.</summary>
    const int MaxTypes = 1_000_000;

    readonly BtfTypeTable table = new();
    readonly BtfNames names = new();
    readonly Dictionary<ulong, Entry> described = [];
    readonly Dictionary<string, Entry> named = new(StringComparer.Ordinal);
    readonly Dictionary<string, Entry> roots = new(StringComparer.Ordinal);
    readonly List<Entry> inOrder = [];

    enum State
    {
        Reserved,
        Open,
        Filled,
    }

    /// <summary>Number of structs that were asked for and found.</summary>
    public int Roots => inOrder.Count;

    /// <summary>The types without a struct of their own.</summary>
    public BtfTypeTable Table => table;

    /// <summary>Asks for a struct by Go's name; nothing happens when no layout is known.</summary>
    public void AddRoot(string name)
    {
        if (roots.ContainsKey(name))
            return;
        if (binary.Types.TryFind(name, out var address) && binary.Types.TryDescribe(address, out var type) && type.Kind == GoKind.Struct)
            AddRoot(type);
        else if (binary.Layouts.TryFind(name, out var layout))
            Add(name, named.TryGetValue(name, out var entry) ? entry : named[name] = Reserve(layout, name));
    }

    /// <summary>Asks for a struct by its descriptor.</summary>
    public void AddRoot(GoType type)
    {
        if (!described.ContainsKey(type.Address) && binary.Types.TryGetStructAt(type.Address, out var layout))
            Add(type.QualifiedName, described[type.Address] = Reserve(layout, type.QualifiedName));
    }

    /// <summary>Fills the structs and writes everything.</summary>
    public byte[] ToBytes()
    {
        var fields = new GoBtfFields(binary, this);
        foreach (var root in inOrder)
            Fill(root, fields, 0);
        return table.ToBytes();
    }

    /// <summary>Id of a struct that is held by value; null when it holds itself, is too deep, or is not a struct.</summary>
    public int? ByValue(in GoType type, GoBtfFields fields, int depth)
    {
        if (!described.TryGetValue(type.Address, out var entry))
        {
            if (table.Count >= MaxTypes || depth >= MaxDepth || !binary.Types.TryGetStructAt(type.Address, out var layout))
                return null;
            // A struct type without a name is written where it is used.
            described[type.Address] = entry = Reserve(layout, type.PackagePath.Length == 0 && type.Name.StartsWith("struct {", StringComparison.Ordinal) ? null : type.QualifiedName);
        }
        return Fill(entry, fields, depth) ? entry.Id : null;
    }

    /// <summary>Id of a struct that is held by value and has no descriptor; null when it holds itself or is too deep.</summary>
    public int? ByValue(StructLayout layout, GoBtfFields fields, int depth)
    {
        if (!named.TryGetValue(layout.Name, out var entry))
        {
            if (table.Count >= MaxTypes || depth >= MaxDepth)
                return null;
            named[layout.Name] = entry = Reserve(layout, layout.Name.StartsWith("struct {", StringComparison.Ordinal) ? null : layout.Name);
        }
        return Fill(entry, fields, depth) ? entry.Id : null;
    }

    /// <summary>Id of the struct when it was asked for; 0 (void) when it was not.</summary>
    public int RootAt(ulong address) => described.TryGetValue(address, out var entry) && entry.IsRoot ? entry.Id : 0;

    /// <summary>Id of the struct when it was asked for; 0 (void) when it was not.</summary>
    public int Root(string name) => roots.TryGetValue(name, out var entry) ? entry.Id : 0;

    Entry Reserve(StructLayout layout, string? name) => new(table.Struct(name is null ? null : names.Type(name), layout.Size), layout);

    void Add(string name, Entry entry)
    {
        entry.IsRoot = true;
        roots.TryAdd(name, entry);
        inOrder.Add(entry);
    }

    /// <summary>Finds the members of a struct. False when it is being filled already, which means that it would hold itself.</summary>
    bool Fill(Entry entry, GoBtfFields fields, int depth)
    {
        if (entry.State != State.Reserved)
            return entry.State == State.Filled;
        if (depth >= MaxDepth)
            return false;
        entry.State = State.Open;
        var members = new List<BtfMember>(entry.Layout.Fields.Count);
        var memberNames = new BtfNames();
        foreach (var field in entry.Layout.Fields.OrderBy(static field => field.Offset))
        {
            // A blank field cannot be named, and the place of the next one says how long it is.
            if (field.Name is "_" or "" || field.Offset > BtfBuilder.MaxMemberOffset || members.Count == BtfBuilder.MaxMembers)
                continue;
            members.Add(new BtfMember(memberNames.Member(field.Name), fields.TypeOf(field, entry.Layout, depth + 1), field.Offset));
        }
        table.SetMembers(entry.Id, members);
        entry.State = State.Filled;
        return true;
    }

    sealed class Entry(int id, StructLayout layout)
    {
        public int Id => id;

        public StructLayout Layout => layout;

        public State State { get; set; }

        public bool IsRoot { get; set; }
    }
}
