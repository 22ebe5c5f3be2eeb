using System.Diagnostics;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Async;

/// <summary>
/// Has the runtime keep a list of live tasks while it exists, and puts everything back when disposed: the switch, and the list, which would otherwise hold every task that never ends.
/// </summary>
/// <remarks>
/// Tracking costs some 0.2 to 0.5 µs for each async operation that suspends (11 to 25 % of a loop that does nothing else): for looking, not for always. Tasks from before the tracking began are
/// not in the list. When something else, such as a debugger, has switched the list on already, it is used and left as it was.
/// </remarks>
public sealed class AsyncTracking : IDisposable
{
    static readonly Lock Gate = new();
    static int s_users;
    static bool s_wasOn;

    // First sight of an operation at the await where it still is: a lower bound of how long it waits.
    Dictionary<Task, (int? State, long Since)> _seen = new(ReferenceEqualityComparer.Instance);
    int _disposed;

    AsyncTracking()
    {
    }

    /// <summary>Whether this runtime keeps its tasks where they are looked for.</summary>
    public static bool IsAvailable => TaskInternals.IsAvailable;

    /// <summary>Begins to track. Dispose it as soon as the look is over.</summary>
    /// <exception cref="InstrumentUnavailableException">This runtime keeps its tasks in another way.</exception>
    public static AsyncTracking Start()
    {
        if (!TaskInternals.IsAvailable)
            throw new InstrumentUnavailableException("Async operations cannot be listed: this runtime keeps its tasks in another way than .NET 10.", "Take a thread dump instead.");
        lock (Gate)
        {
            if (s_users++ == 0)
            {
                s_wasOn = TaskInternals.Enabled(null);
                TaskInternals.Enabled(null) = true;
            }
        }
        return new();
    }

    /// <summary>The live tasks of now.</summary>
    /// <param name="limit">Tasks that are taken at most.</param>
    /// <param name="beyond">How many more there are.</param>
    internal static List<Task> Live(int limit, out int beyond)
    {
        beyond = 0;
        if (TaskInternals.Active(null) is not { } active) return [];
        lock (active)
        {
            beyond = Math.Max(0, active.Count - limit);
            return [.. active.Values.Where(static one => !one.IsCompleted).Take(limit)];
        }
    }

    /// <summary>Since when each task is known to be at its await; call once for each look.</summary>
    internal IReadOnlyDictionary<Task, (int? State, long Since)> Note(IEnumerable<(Task Task, int? State)> operations)
    {
        var now = Stopwatch.GetTimestamp();
        Dictionary<Task, (int? State, long Since)> seen = new(ReferenceEqualityComparer.Instance);
        foreach (var (task, state) in operations)
            seen[task] = _seen.TryGetValue(task, out var before) && before.State == state ? before : (state, now);
        return _seen = seen;
    }

    /// <summary>Ends the tracking; the last one to end it empties the runtime's list.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _seen = [];
        lock (Gate)
        {
            if (--s_users != 0 || s_wasOn) return;
            TaskInternals.Enabled(null) = false;
            // While the switch is off tasks that end do not take themselves out.
            if (TaskInternals.Active(null) is { } active)
                lock (active)
                    active.Clear();
        }
    }
}
