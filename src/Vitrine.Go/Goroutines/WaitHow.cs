namespace Vitrine.Go.Goroutines;

/// <summary>How a wait was found, or why it was not.</summary>
internal enum WaitHow : byte
{
    /// <summary>The wait reason alone says it.</summary>
    Reason,
    /// <summary>g.waiting leads to the sudog, which names this goroutine.</summary>
    Sudog,
    /// <summary>A word on the stack leads to a sudog that names this goroutine.</summary>
    StackSudog,
    /// <summary>A word on the stack leads to a pollDesc that names this goroutine.</summary>
    StackPollDesc,
    /// <summary>Unknown: the structure named another goroutine or was gone when it was read.</summary>
    Changed,
    /// <summary>Unknown: no word on the stack leads to a structure that names this goroutine.</summary>
    NotOnStack,
    /// <summary>Unknown: the binary does not describe the structure.</summary>
    NoLayout,
    /// <summary>Unknown: the wait reason is not one this version of Vitrine knows.</summary>
    UnknownReason,
}
