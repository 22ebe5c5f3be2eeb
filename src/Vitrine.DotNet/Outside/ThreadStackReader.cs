using System.Runtime.InteropServices;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>
/// The stacks of all threads of a running process: registers, then stacks, then registers again. A thread that has not run in between is where it was, and its registers and its stack belong
/// together; one that has is looked at again. Nothing stops.
/// </summary>
sealed class ThreadStackReader(LinuxProcess process, IMemoryReader memory, StackUnwinder unwinder, int mostStackBytes, int mostFrames, long mostPartBytes = ThreadStackReader.PartBytes, Limits? limits = null)
{
    /// <summary>Bytes of stacks that are copied between two looks at the registers; the last one may go beyond by itself.</summary>
    public const long PartBytes = 64L << 20;

    const int Rounds = 6;

    readonly Dictionary<int, ThreadState> _before = [], _after = [];
    readonly StackCopy _copy = new();
    byte[] _bytes = [];

    /// <summary>How often threads were looked at again.</summary>
    public int Retried { get; private set; }

    /// <summary>Reads all threads, by id.</summary>
    public List<ThreadStack> Read(ThreadIterator iterator, CancellationToken cancellation)
    {
        var stacks = new Dictionary<int, ThreadStack>();
        var maps = process.Maps();
        using var plan = new ReadPlan(limits);
        iterator.Read(_before);
        // Kernels before 6.1 list the threads of all processes.
        var own = process.Threads().Select(static thread => thread.ThreadId).ToHashSet();
        var ranges = new List<(int Thread, int Range)>();
        var open = new HashSet<int>(_before.Keys.Where(own.Contains));
        for (var round = 0; round < Rounds && open.Count > 0; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (round > 0)
            {
                Retried += open.Count;
                iterator.Read(_before);
            }
            List<int> waiting = [.. open];

            // 1. The stacks of those that are not on a processor, in parts: what all threads of a process have on their stacks together, it decides.
            for (var next = 0; next < waiting.Count;)
            {
                if (next > 0)
                    iterator.Read(_before);
                plan.Clear();
                ranges.Clear();
                for (var bytes = 0L; next < waiting.Count && bytes < mostPartBytes; next++)
                {
                    if (!_before.TryGetValue(waiting[next], out var state) || state is not { IsOnProcessor: false, HasRegisters: true } || UsedLength(maps, StackPointer(state)) is not (> 0 and var length))
                        continue;
                    ranges.Add((waiting[next], plan.Add(StackPointer(state), length)));
                    bytes += length;
                }
                memory.Read(plan);

                // 2. The registers again.
                iterator.Read(_after);
                foreach (var (thread, range) in ranges)
                {
                    if (!_after.TryGetValue(thread, out var now) || !ThreadState.IsSame(_before[thread], now))
                        continue;
                    open.Remove(thread);
                    stacks[thread] = plan.Ok(range) ? Unwind(now, plan[range]) : Without(now, CaughtAs.Unreadable);
                }
                cancellation.ThrowIfCancellationRequested();
            }

            // 3. Those that ended meanwhile are no longer there; those that keep running get what is left of the tries, and those that have no registers have none later.
            open.RemoveWhere(thread =>
            {
                if (!_after.TryGetValue(thread, out var now))
                    return true;
                if (!now.HasRegisters || (!now.IsOnProcessor && UsedLength(maps, StackPointer(now)) == 0))
                {
                    stacks[thread] = Without(now, CaughtAs.Unreadable);
                    return true;
                }
                return false;
            });
        }
        foreach (var thread in open)
            stacks[thread] = Without(_after[thread], _after[thread].IsOnProcessor ? CaughtAs.Running : CaughtAs.Torn);
        return [.. stacks.Values.OrderBy(static stack => stack.State.ThreadId)];
    }

    static ulong StackPointer(in ThreadState state) => state.Registers[UnwindArchitecture.OfThisMachine.StackPointer];

    static ThreadStack Without(in ThreadState state, CaughtAs caught) => new(state, caught, [], [], default);

    ThreadStack Unwind(in ThreadState state, ReadOnlySpan<byte> stack)
    {
        if (_bytes.Length < stack.Length)
            _bytes = new byte[stack.Length];
        stack.CopyTo(_bytes);
        Span<ulong> frames = new ulong[mostFrames];
        Span<FrameRule> rules = new FrameRule[mostFrames];
        var count = unwinder.Unwind(state.Registers, _copy.Set(StackPointer(state), _bytes, stack.Length), frames, rules, out var end);
        return new(state, CaughtAs.Still, frames[..count].ToArray(), rules[..count].ToArray(), end);
    }

    /// <summary>Bytes from the stack pointer to the end of its mapping, as many as are looked at.</summary>
    int UsedLength(IReadOnlyList<MemoryMap> maps, ulong stackPointer)
    {
        int low = 0, high = maps.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (stackPointer < maps[middle].Start)
                high = middle - 1;
            else if (stackPointer >= maps[middle].End)
                low = middle + 1;
            else
                return (maps[middle].Permissions & MapPermissions.Read) == 0 ? 0 : (int)Math.Min(maps[middle].End - stackPointer, (ulong)mostStackBytes);
        }
        return 0;
    }
}
