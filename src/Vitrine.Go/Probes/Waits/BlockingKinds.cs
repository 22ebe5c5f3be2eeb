namespace Vitrine.Go.Probes.Waits;

/// <summary>Names of the kinds of waits.</summary>
public static class BlockingKinds
{
    /// <summary>What can be asked for, in the order of the help text.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["channel", "receive", "send", "select", "lock", "mutex", "rwmutex", "waitgroup", "cond", "semaphore", "network", "sleep"];

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<BlockingKind> All { get; } = Enum.GetValues<BlockingKind>();

    /// <summary>The name that tables and JSON have.</summary>
    public static string Name(this BlockingKind kind) => kind switch
    {
        BlockingKind.Receive => "receive",
        BlockingKind.Send => "send",
        BlockingKind.Select => "select",
        BlockingKind.Mutex => "mutex",
        BlockingKind.RWMutexRead => "rwmutex-read",
        BlockingKind.RWMutexWrite => "rwmutex-write",
        BlockingKind.WaitGroup => "waitgroup",
        BlockingKind.Cond => "cond",
        BlockingKind.Network => "network",
        BlockingKind.Sleep => "sleep",
        _ => "semaphore",
    };

    /// <summary>The kinds that a word stands for: a kind's name, or one of <see cref="Words"/>; empty when it is none.</summary>
    public static IReadOnlyList<BlockingKind> Of(string word) => word switch
    {
        "channel" => [BlockingKind.Receive, BlockingKind.Send, BlockingKind.Select],
        "lock" => [BlockingKind.Mutex, BlockingKind.RWMutexRead, BlockingKind.RWMutexWrite],
        "rwmutex" => [BlockingKind.RWMutexRead, BlockingKind.RWMutexWrite],
        _ => [.. All.Where(kind => kind.Name() == word)],
    };

    /// <summary>Whether Go's mutex profile counts waits of this kind.</summary>
    public static bool IsMutex(this BlockingKind kind) => kind is BlockingKind.Mutex or BlockingKind.RWMutexRead or BlockingKind.RWMutexWrite;

    /// <summary>Whether Go's block profile counts waits of this kind. It counts what other goroutines cause: not the network, not sleep.</summary>
    public static bool IsBlock(this BlockingKind kind) => kind is not (BlockingKind.Network or BlockingKind.Sleep);
}
