using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>How well a thread was caught.</summary>
enum CaughtAs
{
    /// <summary>It did not run while its stack was copied.</summary>
    Still,

    /// <summary>It was on a processor at every try: its registers are there, and no stack fits to them.</summary>
    Running,

    /// <summary>It ran between its registers and its stack at every try.</summary>
    Torn,

    /// <summary>Its registers or its stack could not be read.</summary>
    Unreadable,
}

/// <summary>One thread with its unwound stack.</summary>
/// <param name="State">What the kernel said of it.</param>
/// <param name="Caught">How well it was caught; frames are only there for <see cref="CaughtAs.Still"/>.</param>
/// <param name="Frames">Instructions, innermost first; callers inside of their calls.</param>
/// <param name="Rules">How the caller of each was found.</param>
/// <param name="End">Why the walk ended.</param>
sealed record ThreadStack(ThreadState State, CaughtAs Caught, ulong[] Frames, FrameRule[] Rules, UnwindEnd End);
