namespace Vitrine.Go.Goroutines;

/// <summary>How the walk of a stack ended.</summary>
internal enum StackEnd : byte
{
    /// <summary>At the outermost frame (goexit, mstart, …).</summary>
    Complete,
    /// <summary>The saved program counter is not in a Go function.</summary>
    UnknownPc,
    /// <summary>A return address is not in a Go function.</summary>
    UnknownReturnAddress,
    /// <summary>A function without frame size information (code that is not Go).</summary>
    NoFrameSize,
    /// <summary>A function that switches stacks: what is above it cannot be told.</summary>
    StackSwitch,
    /// <summary>The next frame lies outside the goroutine's stack.</summary>
    OutsideStack,
    /// <summary>More frames than <see cref="GoroutineDumpOptions.MaxDepth"/>.</summary>
    TooDeep,
    /// <summary>More bytes than <see cref="GoroutineDumpOptions.MaxStackBytes"/>, or the rest could not be read.</summary>
    NotRead,
}
