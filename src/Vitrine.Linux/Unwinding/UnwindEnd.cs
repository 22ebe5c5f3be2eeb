namespace Vitrine.Linux.Unwinding;

/// <summary>Why a walk ended.</summary>
public enum UnwindEndKind
{
    /// <summary>The bottom of the stack: the code says that nobody called it.</summary>
    Bottom,

    /// <summary>There are more frames than there was room for.</summary>
    TooDeep,

    /// <summary>The stack goes on in memory that was not copied or cannot be read.</summary>
    StackNotReadable,

    /// <summary>An address is in no executable mapping.</summary>
    NoCode,

    /// <summary>Code of a file that has no unwinding rules for it.</summary>
    NoRules,

    /// <summary>The rules are damaged, use a register whose value is not known, or are longer than any that a compiler makes.</summary>
    BadRules,

    /// <summary>Generated code whose frame pointer does not lead to a frame, or that may have no frame of its own, so that the frame pointer may be its caller's.</summary>
    NoFrame,

    /// <summary>The next frame would lie below this one.</summary>
    NotAscending,
}

/// <summary>Where and why a walk ended.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Address">The instruction that has no caller.</param>
public readonly record struct UnwindEnd(UnwindEndKind Kind, ulong Address)
{
    /// <summary>True when the whole stack was seen.</summary>
    public bool IsBottom => Kind == UnwindEndKind.Bottom;

    /// <summary>The reason in words, as a clause.</summary>
    public string Reason => Kind switch
    {
        UnwindEndKind.Bottom => "the bottom of the stack",
        UnwindEndKind.TooDeep => "deeper than what is kept",
        UnwindEndKind.StackNotReadable => "the stack goes on beyond what was copied",
        UnwindEndKind.NoCode => "an address that is no code",
        UnwindEndKind.NoRules => "code without unwinding rules",
        UnwindEndKind.BadRules => "unwinding rules that cannot be followed",
        UnwindEndKind.NoFrame => "generated code without a frame that can be found",
        _ => "a frame that lies below its callee",
    };
}

/// <summary>How a frame's caller was found.</summary>
public enum FrameRule : byte
{
    /// <summary>Not: the walk ended here.</summary>
    None,

    /// <summary>By the call frame information of the binary (.eh_frame).</summary>
    CallFrameInformation,

    /// <summary>By the kernel's own record of what a signal interrupted (the frame of a signal handler's return).</summary>
    SignalFrame,

    /// <summary>By the frame pointer.</summary>
    FramePointer,

    /// <summary>By the instructions of a prologue or epilogue, or by the call that stands before the return address and leads to this code.</summary>
    Instructions,

    /// <summary>By the runtime's own unwinding rules for the code that it made.</summary>
    Runtime,
}
