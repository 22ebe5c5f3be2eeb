using System.Buffers.Binary;
using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Goroutines;

namespace Vitrine.Insight.Leaks;

/// <summary>
/// Looks for who else holds the channels and locks that suspected goroutines wait for: words equal to their addresses on the stacks of other goroutines
/// and in package variables. A conservative search: a word may equal an address by chance or be left over from an earlier call, so that it can only
/// weaken a suspicion, never make one. The heap is not searched.
/// </summary>
public static class HolderSearcher
{
    /// <summary>Bytes of stacks and of package variables read at most each: the search must not cost more than the dumps did.</summary>
    const long MostBytes = 256 << 20;

    /// <summary>Holders reported per search at most.</summary>
    const int MostHolders = 1_000;

    const int ChunkBytes = 1 << 20;

    /// <summary>Searches for the channels and locks of the candidates.</summary>
    public static HolderSearch Search(GoTarget target, GoroutineDump dump, IReadOnlyList<LeakCandidate> candidates, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(dump);
        var wanted = candidates.SelectMany(candidate => candidate.Resources).ToHashSet();
        wanted.Remove(0);
        if (wanted.Count == 0)
            return HolderSearch.None;
        // A goroutine that waits for a wanted resource is one of those in question, or in the same trouble: it will release nobody.
        var stacks = StackReferences.Find(target, dump, wanted, goroutine => !WaitsForWanted(goroutine.WaitingOn, wanted), MostBytes, MostHolders, cancellation);
        var holders = stacks.Found.Select(found => new Holder(found.Address, Describe(found.Goroutine))).ToList();
        var variableBytes = SearchVariables(target, wanted, holders, cancellation);
        var scope = string.Create(CultureInfo.InvariantCulture, $"the stacks of {stacks.Stacks} other goroutines ({Mebibytes(stacks.Bytes)}) and {Mebibytes(variableBytes)} of package variables");
        return new HolderSearch(true, holders, scope);
    }

    static long SearchVariables(GoTarget target, HashSet<ulong> wanted, List<Holder> holders, CancellationToken cancellation)
    {
        var module = target.Binary.Module;
        var buffer = new byte[ChunkBytes];
        var bytes = 0L;
        foreach (var (start, end) in ((ulong, ulong)[])[(module.Data, module.EData), (module.Bss, module.EBss)])
        {
            for (var at = start; at < end && bytes < MostBytes && holders.Count < MostHolders; at += ChunkBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = target.Memory.Read(unchecked(at + target.Bias), buffer.AsSpan(0, (int)Math.Min(ChunkBytes, end - at)));
                bytes += read;
                Find(buffer.AsSpan(0, read), wanted, found => holders.Add(new Holder(found, "a package variable")));
            }
        }
        return bytes;
    }

    static void Find(ReadOnlySpan<byte> bytes, HashSet<ulong> wanted, Action<ulong> found)
    {
        var seen = new HashSet<ulong>();
        for (var at = 0; at + 8 <= bytes.Length; at += 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            if (wanted.Contains(word) && seen.Add(word))
                found(word);
        }
    }

    static bool WaitsForWanted(WaitingOn? waiting, HashSet<ulong> wanted) => waiting switch
    {
        null => false,
        WaitingOn.Select select => select.Cases.Any(one => wanted.Contains(one.Channel.Address)),
        _ => wanted.Contains(waiting.ResourceAddress),
    };

    static string Describe(Goroutine goroutine)
    {
        var frames = goroutine.VisibleFrames;
        var where = frames.Count > 0 ? frames[0].Function : goroutine.EntryFunction ?? "unknown";
        return string.Create(CultureInfo.InvariantCulture, $"goroutine {goroutine.Id} in {where} [{goroutine.WaitReason ?? goroutine.StateText}]");
    }

    static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
