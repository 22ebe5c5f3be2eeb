namespace Vitrine.Go.Goroutines;

/// <summary>What the rows of a dump point into.</summary>
internal sealed class GoroutineDumpTables
{
    public required ReadContext Context { get; init; }

    /// <summary>The process; null for a core dump.</summary>
    public required Vitrine.Linux.Processes.LinuxProcess? Process { get; init; }
    public required StackInterner Stacks { get; init; }
    public required LabelTable Labels { get; init; }
    public required ChannelTable? Channels { get; init; }
    public required SelectCaseTable? Cases { get; init; }
    public required ArgumentStore? Arguments { get; init; }
    public required FileDescriptors? Descriptors { get; init; }

    /// <summary>The runtime's clock when the reading began, in nanoseconds; null for a core dump.</summary>
    public required long? Nanotime { get; init; }
}
