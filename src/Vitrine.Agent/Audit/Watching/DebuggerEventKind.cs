namespace Vitrine.Agent.Audit.Watching;

/// <summary>What was seen of a debugger.</summary>
enum DebuggerEventKind
{
    /// <summary>It was attached when the watch began.</summary>
    Found,

    Attached,
    Detached,

    /// <summary>A debugger was started.</summary>
    Started,
}
