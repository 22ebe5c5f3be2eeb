using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>Who accepts at a socket, in words.</summary>
static class AcceptorText
{
    /// <summary>Holders named in one line at most.</summary>
    const int MostNamed = 2;

    public static string Of(Acceptor acceptor) => acceptor.Kind switch
    {
        AcceptorKind.Waits => Waiters(acceptor.Waiters),
        AcceptorKind.Elsewhere => $"nobody accepts here: it is up to {string.Join("; ", acceptor.Holders.Take(MostNamed).Select(Holder))}{(acceptor.Holders.Count > MostNamed ? $"; and {acceptor.Holders.Count - MostNamed} more" : "")}",
        AcceptorKind.Nobody => acceptor.Holders is [var perhaps, ..] ? $"nobody accepts here (perhaps it is up to {Holder(perhaps)})" : "nobody accepts here, and no goroutine was found that could",
        _ => $"unknown: {acceptor.Reason}",
    };

    /// <summary>The goroutines that wait for a descriptor; empty when there is none.</summary>
    public static string Waiters(IReadOnlyList<DescriptorWaiter> waiters) => waiters switch
    {
        [] => "",
        [var one] => $"goroutine {one.Goroutine.Id} ({Verb(one.Operation)}{(one.Caller is { } caller ? $" in {Place(caller)}" : "")})",
        [var first, ..] => $"{waiters.Count} goroutines, {first.Goroutine.Id} the first ({Verb(first.Operation)}{(first.Caller is { } caller ? $" in {Place(caller)}" : "")})",
    };

    public static string Verb(DescriptorOperation operation) => operation switch
    {
        DescriptorOperation.Accept => "accepts",
        DescriptorOperation.Read => "reads",
        DescriptorOperation.Write => "writes",
        DescriptorOperation.Connect => "connects",
        DescriptorOperation.WaitToWrite => "waits to write",
        _ => "waits to read",
    };

    public static string Place(Frame frame) => string.Create(CultureInfo.InvariantCulture, $"{Terminal.Safe(frame.Function)}:{frame.Line}");

    /// <summary>What a goroutine does that could accept, and where.</summary>
    static string Holder(DescriptorHolder holder)
    {
        var goroutine = holder.Goroutine;
        var frames = goroutine.VisibleFrames;
        var where = frames.FirstOrDefault(frame => !IsLibrary(frame.Function)) ?? (frames.Count > 0 ? frames[0] : null);
        return $"goroutine {goroutine.Id}, in {goroutine.WaitReason ?? goroutine.StateText}{(where is null ? "" : $" at {Place(where)}")}";
    }

    /// <summary>Where a lock is taken is of interest, not the lock's own code.</summary>
    static bool IsLibrary(string function) =>
        function.StartsWith("sync.", StringComparison.Ordinal) || function.StartsWith("internal/", StringComparison.Ordinal) || function.StartsWith("runtime.", StringComparison.Ordinal)
        || function.StartsWith("syscall.", StringComparison.Ordinal) || function.StartsWith("time.", StringComparison.Ordinal) || function.StartsWith("os.", StringComparison.Ordinal);
}
