using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Layouts;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Sockets;

/// <summary>
/// Searches the goroutines that have a file descriptor in their hands without waiting for it: the accept loop that is stuck elsewhere. From each word of a stack it follows
/// what a Go program wraps a listener in, as its first field: a net.Listener, or a pointer to a listener, down to net.TCPListener, which begins with its *net.netFD. It is found
/// when the netFD's poll.FD has the number and its poller descriptor names itself and the same number: a match by chance is out of the question, a word that is
/// left over from an earlier call is not. Assumptions: net.TCPListener, UnixListener and UDPConn begin with their *netFD, netFD with its poll.FD, an itab with its
/// interface type (https://github.com/golang/go/blob/go1.26.0/src/net/fd_posix.go, src/internal/abi/iface.go).
/// </summary>
public static class DescriptorHolders
{
    /// <summary>Wrappers followed: onceCloseListener, TLS, a limit of connections, … each is one.</summary>
    private const int MaxWrappers = 6;

    /// <summary>Bytes of one stack searched, from the stack pointer upwards, of an interface, and of a poll.FD as far as it is needed.</summary>
    private const int StackBytes = 4 << 10, InterfaceBytes = 16, ObjectBytes = 64;

    /// <summary>Goroutines searched of each stack, because connections have thousands of one, and in all: some 100 ms.</summary>
    private const int MaxOfEachStack = 4, MaxGoroutines = 200;

    /// <summary>Finds the holders of descriptors, the likeliest first; a descriptor without any is left out.</summary>
    public static IReadOnlyDictionary<int, IReadOnlyList<DescriptorHolder>> Find(
        GoTarget target, GoroutineDump dump, IReadOnlySet<int> fileDescriptors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(fileDescriptors);
        var found = new Dictionary<int, List<DescriptorHolder>>();
        if (fileDescriptors.Count > 0 && FileLayout.TryFind(target.Binary.Layouts, out FileLayout files))
        {
            using var search = new Search(target, files, fileDescriptors);
            foreach ((Goroutine goroutine, bool serves) in Candidates(dump))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach ((int descriptor, int wrappers) in search.From(goroutine))
                {
                    if (!found.TryGetValue(descriptor, out List<DescriptorHolder>? holders))
                        found[descriptor] = holders = [];
                    holders.Add(new DescriptorHolder(goroutine, wrappers, serves));
                }
            }
        }
        return found.ToDictionary(
            pair => pair.Key,
            pair => (IReadOnlyList<DescriptorHolder>)[.. pair.Value.OrderByDescending(one => one.Serves).ThenBy(one => one.Wrappers).ThenBy(one => one.Goroutine.Id)]);
    }

    private static IEnumerable<(Goroutine Goroutine, bool Serves)> Candidates(GoroutineDump dump)
    {
        var seen = new Dictionary<int, int>();
        var candidates = new List<(Goroutine Goroutine, bool Serves)>();
        for (int i = 0; i < dump.Count; i++)
        {
            Goroutine goroutine = dump[i];
            int before = seen.GetValueOrDefault(goroutine.StackId);
            if (goroutine.StackId < 0 || goroutine.IsSystem || before == MaxOfEachStack)
                continue;
            // One that accepts serves another descriptor: what else it seems to hold is left over from an earlier call.
            if (DescriptorWaits.IsAccepting(goroutine))
                continue;
            seen[goroutine.StackId] = before + 1;
            candidates.Add((goroutine, Serves(goroutine)));
        }
        return candidates.OrderByDescending(one => one.Serves).Take(MaxGoroutines);
    }

    private static bool Serves(Goroutine goroutine)
    {
        // What an accept loop creates serves one connection, and its fresh stack is full of leftovers of others.
        if (goroutine.CreatedBy is { } creator && IsAcceptLoop(creator.Function))
            return false;
        foreach (Frame frame in goroutine.Frames)
        {
            if (frame.Function.Contains("accept", StringComparison.OrdinalIgnoreCase) || frame.Function.Contains("serve", StringComparison.OrdinalIgnoreCase)
                || frame.Function.Contains("listen", StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool IsAcceptLoop(string function) =>
        function.EndsWith(".Serve", StringComparison.Ordinal) || function.EndsWith(".serve", StringComparison.Ordinal)
        || function.AsSpan(function.LastIndexOf('.') + 1).Contains("accept", StringComparison.OrdinalIgnoreCase);

    /// <summary>Offsets in internal/poll.FD and runtime.pollDesc.</summary>
    private readonly record struct FileLayout(int Descriptor, int Poller, WaitLayouts.PollDesc PollDesc)
    {
        public static bool TryFind(LayoutLadder layouts, out FileLayout files)
        {
            files = default;
            if (WaitLayouts.Find(layouts).PollDescLayout is not { } poller || !layouts.TryFind("internal/poll.FD", out StructLayout? file)
                || file.OffsetOf("Sysfd") is not int descriptor || file.OffsetOf("pd.runtimeCtx") is not int context
                || descriptor is < 0 or > ObjectBytes - 8 || context is < 0 or > ObjectBytes - 8)
                return false;
            files = new FileLayout(descriptor, context, poller);
            return true;
        }
    }

    private sealed class Search : IDisposable
    {
        private readonly GoTarget _target;
        private readonly FileLayout _files;
        private readonly IReadOnlySet<int> _wanted;
        private readonly GLayout _layout;
        private readonly ulong _listenerType;
        private readonly ReadPlan _wrappers = new() { CoalesceGap = 512 };
        private readonly ReadPlan _behind = new() { CoalesceGap = 512 };
        private readonly byte[] _stack = new byte[StackBytes];
        private readonly HashSet<ulong> _seen = [];
        private readonly List<ulong> _firsts = [];
        private List<ulong> _now = [];
        private List<ulong> _next = [];

        public Search(GoTarget target, FileLayout files, IReadOnlySet<int> wanted)
        {
            (_target, _files, _wanted) = (target, files, wanted);
            _layout = GLayout.Find(target.Binary.Layouts);
            _listenerType = target.Binary.Types.TryFind("net.Listener", out ulong type) ? unchecked(type + target.Bias) : 0;
        }

        /// <summary>The descriptors that a goroutine reaches, each with the fewest wrappers.</summary>
        public List<(int Descriptor, int Wrappers)> From(Goroutine goroutine)
        {
            var found = new List<(int Descriptor, int Wrappers)>();
            Begin(goroutine);
            for (int wrappers = 0; wrappers <= MaxWrappers && _now.Count > 0; wrappers++)
            {
                Read(_wrappers, _now, InterfaceBytes);
                _next.Clear();
                Follow(found, wrappers);
                (_now, _next) = (_next, _now);
            }
            return found;
        }

        public void Dispose()
        {
            _wrappers.Dispose();
            _behind.Dispose();
        }

        private void Begin(Goroutine goroutine)
        {
            _seen.Clear();
            _now.Clear();
            Span<byte> head = stackalloc byte[_layout.HeadLength];
            if (!_target.Memory.TryRead(goroutine.Address, head))
                return;
            ulong low = Word.At(head, _layout.StackLo), high = Word.At(head, _layout.StackHi);
            ulong sp = Word.At(head, goroutine.State == GoroutineState.Syscall ? _layout.SyscallSp : _layout.SchedSp);
            if (sp < low || sp >= high)
                return;
            int read = _target.Memory.Read(sp, _stack.AsSpan(0, (int)Math.Min(high - sp, StackBytes)));
            for (int at = 0; at + 8 <= read; at += 8)
                Note(Word.At(_stack, at), _now);
        }

        /// <summary>From the objects of one round to the descriptors, and to the objects of the next round.</summary>
        private void Follow(List<(int Descriptor, int Wrappers)> found, int wrappers)
        {
            // The first word is a *netFD, an embedded listener, or the first half of an embedded interface. Fields behind it are not followed:
            // the size of the object is not known, and what lies behind it belongs to somebody else.
            _firsts.Clear();
            for (int i = 0; i < _now.Count; i++)
                _firsts.Add(_wrappers.Ok(i) ? Word.At(_wrappers[i], 0) : 0);
            Read(_behind, _firsts, ObjectBytes);
            for (int i = 0; i < _now.Count; i++)
            {
                if (!_behind.Ok(i))
                    continue;
                ReadOnlySpan<byte> behind = _behind[i];
                if (IsFile(behind, out int descriptor) && !found.Exists(one => one.Descriptor == descriptor))
                    found.Add((descriptor, wrappers));
                if (_listenerType != 0 && Word.At(behind, 0) == _listenerType)
                    Note(Word.At(_wrappers[i], 8), _next);
                else if (wrappers > 0)
                    Note(_firsts[i], _next); // only inside of what is known to be a listener: from anything else first words lead anywhere
            }
        }

        private void Read(ReadPlan plan, List<ulong> addresses, int length)
        {
            plan.Clear();
            foreach (ulong address in addresses)
                plan.Add(CanBeObject(address) ? address : 0, length);
            _target.Memory.Read(plan);
        }

        private void Note(ulong word, List<ulong> into)
        {
            if (CanBeObject(word) && _seen.Add(word))
                into.Add(word);
        }

        private static bool CanBeObject(ulong word) => word >= 4096 && (word & 7) == 0 && word >> 47 == 0;

        private bool IsFile(ReadOnlySpan<byte> bytes, out int descriptor)
        {
            ulong number = Word.At(bytes, _files.Descriptor), poller = Word.At(bytes, _files.Poller);
            descriptor = number <= int.MaxValue ? (int)number : -1;
            return _wanted.Contains(descriptor) && CanBeObject(poller)
                && _target.Memory.TryReadUInt64(poller + (uint)_files.PollDesc.Fd, out ulong there) && there == number
                && _target.Memory.TryReadUInt64(poller + (uint)_files.PollDesc.Self, out ulong self) && self == poller;
        }
    }
}
