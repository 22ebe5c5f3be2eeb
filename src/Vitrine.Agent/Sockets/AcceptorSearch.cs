using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Sockets;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>
/// Finds out who accepts at the listening sockets of a Go process. That nobody does is said only after several looks: an accept loop is away from its socket for
/// microseconds each time it has accepted.
/// </summary>
sealed class AcceptorSearch(GoTarget target)
{
    const int Looks = 3;

    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(15);

    static readonly GoroutineDumpOptions Options = GoroutineDumpOptions.Default with { WithLabels = false, WithSockets = false };

    /// <summary>Which goroutine waits for which descriptor, now.</summary>
    public DescriptorWaits Look(CancellationToken cancellation) => DescriptorWaits.Of(target.ReadGoroutines(Options, cancellation));

    /// <summary>Who accepts at each listening socket, in their order.</summary>
    /// <param name="listeners">The sockets.</param>
    /// <param name="waits">The first look at the goroutines.</param>
    /// <param name="deserted">Inodes of sockets at which nobody accepted when they were looked at last: they alone are no reason to look again.</param>
    /// <param name="cancellation">Ends the search.</param>
    public Acceptor[] Find(IReadOnlyList<SocketStatus> listeners, DescriptorWaits waits, IReadOnlySet<ulong> deserted, CancellationToken cancellation)
    {
        var result = new Acceptor?[listeners.Count];
        var notFound = int.MaxValue;
        var unreadable = int.MaxValue;
        for (var look = 0; ; look++)
        {
            for (var i = 0; i < result.Length; i++)
            {
                var waiters = Waiters(listeners[i], waits);
                if (result[i] is null && waiters.Count > 0)
                    result[i] = Acceptor.Waits(waiters);
            }
            notFound = Math.Min(notFound, waits.NotFound);
            unreadable = Math.Min(unreadable, waits.Unreadable);
            if (look == Looks - 1 || !Enumerable.Range(0, result.Length).Any(i => result[i] is null && !deserted.Contains(listeners[i].Socket.Inode)))
                break;
            cancellation.WaitHandle.WaitOne(BetweenLooks);
            cancellation.ThrowIfCancellationRequested();
            waits = Look(cancellation);
        }

        var missing = Enumerable.Range(0, result.Length).Where(i => result[i] is null).SelectMany(i => listeners[i].Descriptors).ToHashSet();
        var holders = missing.Count > 0 ? DescriptorHolders.Find(target, waits.Dump, missing, cancellation) : null;
        return [.. result.Select((known, i) => known ?? Absent(listeners[i], holders!, notFound, unreadable))];
    }

    /// <summary>All goroutines that wait for one of the descriptors of a socket.</summary>
    public static IReadOnlyList<DescriptorWaiter> Waiters(SocketStatus socket, DescriptorWaits waits) =>
        socket.Descriptors is [var only] ? waits.For(only) : [.. socket.Descriptors.SelectMany(waits.For)];

    static Acceptor Absent(SocketStatus listener, IReadOnlyDictionary<int, IReadOnlyList<DescriptorHolder>> holders, int notFound, int unreadable)
    {
        if (notFound > 0)
            return Acceptor.Unknown($"{notFound} {(notFound == 1 ? "goroutine waits" : "goroutines wait")} for a descriptor that could not be found out, and this may be theirs");
        var here = listener.Descriptors.Where(holders.ContainsKey).SelectMany(descriptor => holders[descriptor]).ToList();
        // One that accepts, listens or serves says it by a function's name; the others merely know the socket, as main often does.
        if (here.Exists(one => one.Serves))
            return Acceptor.Elsewhere([.. here.Where(one => one.Serves)]);
        if (unreadable > 0)
            return Acceptor.Unknown($"no goroutine waits here, and {(unreadable == 1 ? "one was" : $"{unreadable} were")} running at every look: what a running goroutine does cannot be read from outside");
        return Acceptor.Nobody(here);
    }
}
