namespace Vitrine.Agent.Audit.Watching;

/// <summary>A way to see debuggers come and go. Not thread-safe.</summary>
interface IDebuggerSource : IDisposable
{
    /// <summary><c>kernel</c> or <c>polling</c>, as documents name it.</summary>
    string Name { get; }

    /// <summary>How it sees and how soon, a clause for people.</summary>
    string How { get; }

    /// <summary>Events that were lost.</summary>
    long Lost { get; }

    /// <summary>Waits for events, at most about <paramref name="most"/>, and hands them out.</summary>
    void Wait(TimeSpan most, Action<DebuggerEvent> seen, CancellationToken cancellation);
}
