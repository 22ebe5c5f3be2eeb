using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Sockets;

/// <summary>
/// Which goroutine waits for which file descriptor. From the goroutines to the descriptors: a goroutine in "IO wait" has the poller's descriptor (runtime.pollDesc)
/// in its parked frames, and that names both the file descriptor and the goroutine
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/netpoll.go). The other way there is nothing: the runtime keeps no list of the descriptors in use.
/// </summary>
public sealed class DescriptorWaits
{
    private readonly Dictionary<int, List<DescriptorWaiter>> _byDescriptor = [];

    private DescriptorWaits(GoroutineDump dump) => Dump = dump;

    /// <summary>The goroutines it was made from.</summary>
    public GoroutineDump Dump { get; }

    /// <summary>Goroutines in "IO wait" whose descriptor could not be found out: any descriptor could be theirs.</summary>
    public int NotFound { get; private set; }

    /// <summary>
    /// Goroutines that ran or changed while they were read, or were in the middle of accepting without waiting: which descriptor they have to do with cannot be known from outside.
    /// </summary>
    public int Unreadable { get; private set; }

    /// <summary>Sorts out a dump that was taken with waits.</summary>
    public static DescriptorWaits Of(GoroutineDump dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var waits = new DescriptorWaits(dump);
        var callers = new Dictionary<int, (DescriptorOperation Operation, Frame? Caller)>();
        for (int i = 0; i < dump.Count; i++)
        {
            Goroutine goroutine = dump[i];
            if (goroutine.StackStatus is StackStatus.Running or StackStatus.Torn)
                waits.Unreadable++;
            else if (goroutine.WaitingOn is WaitingOn.Network { FileDescriptor: >= 0 } network)
                waits.Add(goroutine, network, callers);
            else if (goroutine.WaitReason == "IO wait")
                waits.NotFound++;
            else if (goroutine.State is GoroutineState.Runnable or GoroutineState.Syscall && IsAccepting(goroutine))
                waits.Unreadable++;
        }
        return waits;
    }

    /// <summary>Whether the goroutine is inside of accept, waiting or not.</summary>
    internal static bool IsAccepting(Goroutine goroutine)
    {
        foreach (Frame frame in goroutine.Frames)
        {
            if (frame.Function == "internal/poll.(*FD).Accept")
                return true;
        }
        return false;
    }

    /// <summary>Who waits for a descriptor, in the order of the dump; empty when nobody does.</summary>
    public IReadOnlyList<DescriptorWaiter> For(int fileDescriptor) => _byDescriptor.TryGetValue(fileDescriptor, out List<DescriptorWaiter>? waiters) ? waiters : [];

    private void Add(Goroutine goroutine, WaitingOn.Network network, Dictionary<int, (DescriptorOperation Operation, Frame? Caller)> callers)
    {
        // A server has 100,000 goroutines and a handful of stacks.
        if (!callers.TryGetValue(goroutine.StackId, out (DescriptorOperation Operation, Frame? Caller) what))
            callers[goroutine.StackId] = what = (Operation(goroutine.Frames, network.Direction), Caller(goroutine.Frames));
        if (!_byDescriptor.TryGetValue(network.FileDescriptor, out List<DescriptorWaiter>? waiters))
            _byDescriptor[network.FileDescriptor] = waiters = new List<DescriptorWaiter>(1);
        waiters.Add(new DescriptorWaiter(goroutine, what.Operation, what.Caller));
    }

    /// <summary>By the methods of internal/poll.FD, which all of the standard library goes through: https://github.com/golang/go/blob/go1.26.0/src/internal/poll/fd_unix.go.</summary>
    private static DescriptorOperation Operation(IReadOnlyList<Frame> frames, ChannelDirection direction)
    {
        const string methods = "internal/poll.(*FD).";
        foreach (Frame frame in frames)
        {
            if (frame.Function == "net.(*netFD).connect")
                return DescriptorOperation.Connect;
            if (!frame.Function.StartsWith(methods, StringComparison.Ordinal))
                continue;
            string method = frame.Function[methods.Length..];
            if (method.StartsWith("Accept", StringComparison.Ordinal))
                return DescriptorOperation.Accept;
            if (method.StartsWith("Read", StringComparison.Ordinal) || method == "RawRead")
                return DescriptorOperation.Read;
            if (method.StartsWith("Write", StringComparison.Ordinal) && method != "WriteWait")
                return DescriptorOperation.Write;
        }
        return direction == ChannelDirection.Send ? DescriptorOperation.WaitToWrite : DescriptorOperation.WaitToRead;
    }

    private static Frame? Caller(IReadOnlyList<Frame> frames)
    {
        foreach (Frame frame in frames)
        {
            if (!IsPlumbing(frame.Function))
                return frame;
        }
        return null;
    }

    /// <summary>Also listeners that wrap listeners: what is looked for is the loop that calls Accept.</summary>
    private static bool IsPlumbing(string function) =>
        function.StartsWith("runtime.", StringComparison.Ordinal) || function.StartsWith("internal/", StringComparison.Ordinal)
        || function.StartsWith("net.", StringComparison.Ordinal) || function.StartsWith("syscall.", StringComparison.Ordinal)
        || function.EndsWith(").Accept", StringComparison.Ordinal);
}
