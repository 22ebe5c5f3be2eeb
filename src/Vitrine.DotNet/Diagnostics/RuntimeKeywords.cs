namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// Keywords of the provider <see cref="EventProviders.Runtime"/>, from the runtime's manifest
/// (https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man). Those of <see cref="EventRecordingOptions.RundownKeywords"/> have the same values.
/// </summary>
public static class RuntimeKeywords
{
    /// <summary>Collections: begin, end, reason, heap statistics.</summary>
    public const ulong Gc = 0x1;

    /// <summary>Handles of the collector.</summary>
    public const ulong GcHandle = 0x2;

    /// <summary>Assemblies and modules that are loaded and unloaded.</summary>
    public const ulong Loader = 0x8;

    /// <summary>Methods that are compiled.</summary>
    public const ulong Jit = 0x10;

    /// <summary>Methods that were compiled ahead of time (ReadyToRun), when they are first used.</summary>
    public const ulong Ngen = 0x20;

    /// <summary>In a rundown: list at the session's start. Without effect in EventPipe, which only lists at the end.</summary>
    public const ulong StartEnumeration = 0x40;

    /// <summary>In a rundown: list at the session's end.</summary>
    public const ulong EndEnumeration = 0x100;

    /// <summary>Threads that wait for a lock that another holds (level Informational): begin with the owner, end with the duration.</summary>
    public const ulong Contention = 0x4000;

    /// <summary>Exceptions that are thrown (level Error). The message is in the event and may hold secrets.</summary>
    public const ulong Exception = 0x8000;

    /// <summary>The thread pool: workers, adjustments, work items.</summary>
    public const ulong Threading = 0x10000;

    /// <summary>For each compiled method, which instruction comes from which offset of its intermediate language.</summary>
    public const ulong JittedMethodIlToNativeMap = 0x20000;

    /// <summary>Types of objects that appear in other events.</summary>
    public const ulong Type = 0x80000;

    /// <summary>Objects of the heap, in a collection that is made for them.</summary>
    public const ulong GcHeapDump = 0x100000;

    /// <summary>Which ranges of the heap survived a collection, and where they were moved to.</summary>
    public const ulong GcHeapSurvivalAndMovement = 0x400000;

    /// <summary>Starts a full collection when the session begins.</summary>
    public const ulong ManagedHeapCollect = 0x800000;

    /// <summary>Names of types beside their addresses.</summary>
    public const ulong GcHeapAndTypeNames = 0x1000000;

    /// <summary>What the compiler decided about optimising.</summary>
    public const ulong Compilation = 0x1000000000;

    /// <summary>Waits for wait handles (level Verbose; from .NET 9).</summary>
    public const ulong WaitHandle = 0x40000000000;

    /// <summary>One in about 102,400 allocated bytes, with stack (level Informational; from .NET 10).</summary>
    public const ulong AllocationSampling = 0x80000000000;
}
