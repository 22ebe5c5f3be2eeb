namespace Vitrine.Go.Probes.Collector;

/// <summary>What made the runtime start a collection (<c>runtime.gcTriggerKind</c>, the same three since Go 1.9).</summary>
public enum GcTrigger
{
    /// <summary>Not seen: the collection had begun before the probes went on.</summary>
    Unknown,

    /// <summary>The heap had grown to the trigger that the pacer computed.</summary>
    Heap,

    /// <summary>sysmon: none had run for two minutes.</summary>
    Time,

    /// <summary>Somebody called <c>runtime.GC()</c> or <c>debug.FreeOSMemory()</c>.</summary>
    RuntimeGC,
}
