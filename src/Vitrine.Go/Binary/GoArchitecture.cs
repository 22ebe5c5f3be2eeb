namespace Vitrine.Go.Binary;

/// <summary>
/// What differs between processor architectures in how Go lays out code and frames; the one place to look at when another one is added.
/// amd64 is tested; arm64 follows the same sources but is untested.
/// Sources: https://github.com/golang/go/blob/go1.26.0/src/cmd/compile/abi-internal.md (registers),
/// https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go (frames), https://github.com/golang/go/tree/go1.26.0/src/internal/goarch.
/// </summary>
/// <param name="Name">GOARCH.</param>
/// <param name="IsTested">False when no test runs on it.</param>
/// <param name="Quantum">Bytes of the smallest instruction; pc tables count in it.</param>
/// <param name="ReturnAddressBytes">Bytes that a call pushes above the callee's frame: 8 on amd64; 0 on arm64, where the callee saves the link register at the bottom of its own frame.</param>
/// <param name="GoroutineRegister">Register that holds the current g in Go code.</param>
/// <param name="IntegerRegisters">Registers of integer arguments and results, in order.</param>
public sealed record GoArchitecture(
    string Name, bool IsTested, int Quantum, int ReturnAddressBytes, string GoroutineRegister, IReadOnlyList<string> IntegerRegisters)
{
    /// <summary>x86-64.</summary>
    public static GoArchitecture Amd64 { get; } = new(
        "amd64", IsTested: true, Quantum: 1, ReturnAddressBytes: 8, "r14", ["rax", "rbx", "rcx", "rdi", "rsi", "r8", "r9", "r10", "r11"]);

    /// <summary>64-bit ARM; untested.</summary>
    public static GoArchitecture Arm64 { get; } = new(
        "arm64", IsTested: false, Quantum: 4, ReturnAddressBytes: 0, "x28",
        ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15"]);

    /// <summary>Where a frame ends and the caller's begins, given SP and the function table's sp delta.</summary>
    public ulong FrameBase(ulong sp, int spDelta) => unchecked(sp + (ulong)spDelta + (uint)ReturnAddressBytes);

    /// <summary>Where the return address of a frame is stored.</summary>
    public ulong ReturnAddressSlot(ulong sp, ulong frameBase) => ReturnAddressBytes > 0 ? unchecked(frameBase - (uint)ReturnAddressBytes) : sp;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
