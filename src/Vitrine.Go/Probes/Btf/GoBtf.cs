using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Btf;

/// <summary>
/// Writes the struct types of a Go binary in the kernel's type format (BTF), so that libbpf can fit a BPF program to it (CO-RE, <c>btf_custom_path</c>) and
/// bpftrace can name its fields. Layouts come from <see cref="LayoutLadder"/>: they are those of this binary, also when it is stripped.
/// <list type="table">
/// <item><term><c>net/http.Request</c></term><description><c>struct go_net_http_Request</c>: every character that C does not know becomes an underscore; fields keep their names</description></item>
/// <item><term>pointer, unsafe.Pointer, chan, map, func</term><description>a pointer: to the struct when it is asked for too, else to void</description></item>
/// <item><term>uintptr and the runtime's guintptr, muintptr, puintptr</term><description>an unsigned integer of 64 bits</description></item>
/// <item><term>string</term><description><c>struct go_string { const char *str; unsigned long len; }</c></description></item>
/// <item><term>slice</term><description><c>struct go_slice { void *array; unsigned long len; unsigned long cap; }</c></description></item>
/// <item><term>interface</term><description><c>struct go_iface { void *tab; void *data; }</c></description></item>
/// <item><term>a type of a package <c>atomic</c> around one scalar</term><description>that scalar</description></item>
/// </list>
/// Blank fields are left out. What a layout from DWARF or the tables does not say of a type is an unsigned integer or bytes of the right size.
/// </summary>
public static class GoBtf
{
    /// <summary>Writes the named structs and all that they hold by value.</summary>
    /// <param name="binary">The binary.</param>
    /// <param name="goTypes">Structs as Go names them: <c>runtime.g</c>, <c>net/http.Request</c>. One that the binary does not have is left out: a BPF program asks with <c>bpf_core_type_exists</c>.</param>
    /// <exception cref="KernelRefusalException">libbpf is not installed.</exception>
    public static byte[] Build(GoBinary binary, IReadOnlyCollection<string> goTypes)
    {
        ArgumentNullException.ThrowIfNull(binary);
        ArgumentNullException.ThrowIfNull(goTypes);
        var structs = new GoBtfStructs(binary);
        foreach (var name in goTypes)
            structs.AddRoot(name);
        return structs.ToBytes();
    }

    /// <summary>Writes every struct with a name that the binary describes, and those of the runtime that Vitrine's tables know.</summary>
    /// <param name="binary">The binary.</param>
    /// <param name="filter">Chooses among them by Go's name; null takes all.</param>
    /// <param name="count">Number of structs that were chosen.</param>
    /// <exception cref="KernelRefusalException">libbpf is not installed.</exception>
    public static byte[] BuildAll(GoBinary binary, Func<string, bool>? filter, out int count)
    {
        ArgumentNullException.ThrowIfNull(binary);
        var structs = new GoBtfStructs(binary);
        foreach (var type in binary.Types.NamedStructs())
        {
            if (filter is null || filter(type.QualifiedName))
                structs.AddRoot(type);
        }
        foreach (var name in RuntimeLayouts.Instance.StructNames(binary.Version, binary.Architecture))
        {
            if (filter is null || filter(name))
                structs.AddRoot(name);
        }
        count = structs.Roots;
        return structs.ToBytes();
    }

    /// <inheritdoc cref="BuildAll(GoBinary, Func{string, bool}?, out int)"/>
    public static byte[] BuildAll(GoBinary binary, Func<string, bool>? filter = null) => BuildAll(binary, filter, out _);
}
