using System.Buffers.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>A word on a goroutine's stack that equals an address that was searched for.</summary>
/// <param name="Goroutine">Whose stack.</param>
/// <param name="Address">The address.</param>
public readonly record struct StackReference(Goroutine Goroutine, ulong Address);

/// <summary>What a search saw.</summary>
/// <param name="Found">References, each goroutine and address once.</param>
/// <param name="Stacks">Stacks that were searched.</param>
/// <param name="Bytes">Bytes that were searched.</param>
public sealed record StackReferenceSearch(IReadOnlyList<StackReference> Found, int Stacks, long Bytes);

/// <summary>
/// Searches the stacks of goroutines for addresses, to answer "who else has this channel in its hands". Conservative: a word may equal an address by
/// chance or be left over from an earlier call. Stacks are read as they are now and are not checked for change, which is enough for a hint.
/// </summary>
public static class StackReferences
{
    /// <summary>Bytes of one stack searched at most, from the stack pointer upwards.</summary>
    private const int MaxStackBytes = 1 << 20;

    /// <summary>Searches the stacks of all goroutines of a dump that <paramref name="include"/> takes.</summary>
    /// <param name="target">The process the dump is of.</param>
    /// <param name="dump">The dump.</param>
    /// <param name="wanted">Addresses to search for.</param>
    /// <param name="include">Which goroutines to search.</param>
    /// <param name="maxBytes">Bytes searched at most.</param>
    /// <param name="maxFound">References returned at most.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static StackReferenceSearch Find(
        GoTarget target, GoroutineDump dump, IReadOnlySet<ulong> wanted, Func<Goroutine, bool> include, long maxBytes, int maxFound, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(include);
        GLayout layout = GLayout.Find(target.Binary.Layouts);
        var head = new byte[layout.HeadLength];
        var stack = new byte[64 << 10];
        var found = new List<StackReference>();
        var seen = new HashSet<ulong>();
        int stacks = 0;
        long bytes = 0;
        for (int i = 0; i < dump.Count && bytes < maxBytes && found.Count < maxFound; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Goroutine goroutine = dump[i];
            if (!include(goroutine) || !target.Memory.TryRead(goroutine.Address, head))
                continue;
            ulong sp = Word(head, layout.SchedSp), low = Word(head, layout.StackLo), high = Word(head, layout.StackHi);
            // Target memory is hostile: a stack that does not contain its stack pointer is none.
            if (sp < low || sp >= high)
                continue;
            int length = (int)Math.Min(high - sp, MaxStackBytes);
            if (stack.Length < length)
                stack = new byte[length];
            int read = target.Memory.Read(sp, stack.AsSpan(0, length));
            stacks++;
            bytes += read;
            seen.Clear();
            for (int at = 0; at + 8 <= read && found.Count < maxFound; at += 8)
            {
                ulong word = Word(stack, at);
                if (wanted.Contains(word) && seen.Add(word))
                    found.Add(new StackReference(goroutine, word));
            }
        }
        return new StackReferenceSearch(found, stacks, bytes);
    }

    private static ulong Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
}
