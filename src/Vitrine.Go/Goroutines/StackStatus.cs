namespace Vitrine.Go.Goroutines;

/// <summary>Whether the stack of a goroutine could be read, and if not, why.</summary>
public enum StackStatus : byte
{
    /// <summary>Walked to its outermost frame.</summary>
    Complete,
    /// <summary>Walked until something that is not a function, or a limit; <see cref="StackTable.IncompleteReason"/> says which.</summary>
    Incomplete,
    /// <summary>Running: the registers are with the thread.</summary>
    Running,
    /// <summary>Changed at every attempt to read it.</summary>
    Torn,
}
