using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel.Btf;

/// <summary>
/// The part of libbpf that writes BTF. Functions return the id of what they added, or a negative errno.
/// Source: https://github.com/libbpf/libbpf/blob/v1.1.2/src/btf.h.
/// </summary>
static unsafe partial class BtfLibrary
{
    const string Name = "libbpf.so.1";

    [LibraryImport(Name, EntryPoint = "btf__new_empty", SetLastError = true)]
    public static partial nint NewEmpty();

    [LibraryImport(Name, EntryPoint = "btf__free")]
    public static partial void Free(nint btf);

    [LibraryImport(Name, EntryPoint = "btf__add_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddInt(nint btf, string name, nuint size, int encoding);

    [LibraryImport(Name, EntryPoint = "btf__add_float", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddFloat(nint btf, string name, nuint size);

    [LibraryImport(Name, EntryPoint = "btf__add_ptr")]
    public static partial int AddPointer(nint btf, int type);

    [LibraryImport(Name, EntryPoint = "btf__add_const")]
    public static partial int AddConst(nint btf, int type);

    [LibraryImport(Name, EntryPoint = "btf__add_array")]
    public static partial int AddArray(nint btf, int indexType, int elementType, uint count);

    [LibraryImport(Name, EntryPoint = "btf__add_struct", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddStruct(nint btf, string? name, uint size);

    [LibraryImport(Name, EntryPoint = "btf__add_field", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddField(nint btf, string name, int type, uint bitOffset, uint bitSize);

    [LibraryImport(Name, EntryPoint = "btf__raw_data")]
    public static partial void* RawData(nint btf, out uint size);
}
