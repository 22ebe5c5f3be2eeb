namespace Vitrine.DotNet.Goroutines;

/// <summary>Labels of the samples of a <c>goroutine</c> profile of a .NET process.</summary>
public static class GoroutineLabels
{
    /// <summary><see cref="Thread"/> or <see cref="Async"/>.</summary>
    public const string Kind = "kind";

    /// <summary>What it does or waits for: <c>running</c>, <c>Task.Wait</c>, <c>Monitor.Enter</c>, <c>Task.Delay</c>, ….</summary>
    public const string State = "state";

    /// <summary>The operating system's id of a thread, or the id of a task, as a number; only where each has a sample of its own.</summary>
    public const string Id = "id";

    /// <summary>A thread's name; only where each has a sample of its own.</summary>
    public const string Name = "name";

    /// <summary>For how long, at least, it has been waiting there, in whole seconds; only when something says so.</summary>
    public const string AtLeast = "waits_at_least";

    /// <summary>A thread of the operating system.</summary>
    public const string Thread = "thread";

    /// <summary>An async operation with the methods that await it.</summary>
    public const string Async = "async";
}
