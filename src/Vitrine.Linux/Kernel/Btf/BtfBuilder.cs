using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel.Btf;

/// <summary>
/// Writes types in the kernel's type format (BTF) through libbpf. Every call returns the id of the type it added; ids count from 1 in the order of the
/// calls, so that a type may refer to one that comes later; id 0 is <c>void</c>. Not thread-safe.
/// </summary>
public sealed class BtfBuilder : IDisposable
{
    /// <summary>Most members of a struct: the format counts them in 16 bits.</summary>
    public const int MaxMembers = 65_535;

    /// <summary>Last byte at which a member can begin: the format keeps its place as a 32-bit number of bits.</summary>
    public const long MaxMemberOffset = uint.MaxValue / 8;

    readonly BtfHandle handle;

    /// <summary>Begins without types.</summary>
    /// <exception cref="KernelRefusalException">libbpf is not installed.</exception>
    public BtfBuilder()
    {
        LibBpf.Require();
        handle = new BtfHandle();
    }

    nint Handle => handle.DangerousGetHandle();

    /// <summary>Adds an integer of 1, 2, 4, 8 or 16 bytes.</summary>
    public int AddInt(string name, int size, BtfIntEncoding encoding) => Added(BtfLibrary.AddInt(Handle, name, (nuint)size, (int)encoding), name);

    /// <summary>Adds a floating-point number of 4 or 8 bytes.</summary>
    public int AddFloat(string name, int size) => Added(BtfLibrary.AddFloat(Handle, name, (nuint)size), name);

    /// <summary>Adds a pointer; to <c>void</c> when <paramref name="type"/> is 0.</summary>
    public int AddPointer(int type) => Added(BtfLibrary.AddPointer(Handle, type), "pointer");

    /// <summary>Adds the constant variant of a type.</summary>
    public int AddConst(int type) => Added(BtfLibrary.AddConst(Handle, type), "const");

    /// <summary>Adds an array.</summary>
    public int AddArray(int indexType, int elementType, uint count) => Added(BtfLibrary.AddArray(Handle, indexType, elementType, count), "array");

    /// <summary>Adds a struct; its members follow by <see cref="AddMember"/> before the next type. Null: a struct without a name.</summary>
    public int AddStruct(string? name, uint size) => Added(BtfLibrary.AddStruct(Handle, name, size), name ?? "struct");

    /// <summary>Adds a member to the struct that was added last.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Id of its type.</param>
    /// <param name="offset">Bytes from the start of the struct; at most <see cref="MaxMemberOffset"/>.</param>
    public void AddMember(string name, int type, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, MaxMemberOffset);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Added(BtfLibrary.AddField(Handle, name, type, (uint)offset * 8, bitSize: 0), name);
    }

    /// <summary>The types so far, as they stand in a file (<c>bpftool btf dump file</c>) and as libbpf takes them (<c>btf_custom_path</c>).</summary>
    public unsafe byte[] ToBytes()
    {
        var bytes = BtfLibrary.RawData(Handle, out var size);
        return bytes is null ? throw new InvalidOperationException("libbpf has no memory for the BTF.") : new ReadOnlySpan<byte>(bytes, checked((int)size)).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    static int Added(int result, string what) =>
        result >= 0 ? result : throw new InvalidOperationException($"libbpf does not add {what} to the BTF: {Marshal.GetPInvokeErrorMessage(-result)}.");

    sealed class BtfHandle : SafeHandle
    {
        public BtfHandle()
            : base(0, ownsHandle: true)
        {
            SetHandle(BtfLibrary.NewEmpty());
            if (IsInvalid)
                throw new InvalidOperationException("libbpf has no memory for the BTF.");
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            BtfLibrary.Free(handle);
            return true;
        }
    }
}
