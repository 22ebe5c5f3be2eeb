using System.Text.Json;
using Vitrine.Agent.Json;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Pprof;

namespace Vitrine.Agent.Dumps;

/// <summary>
/// A dump reduced to its groups, from a live look or from a file written with <c>dump --format json</c>. Files are untrusted: reading is bounded.
/// </summary>
sealed class SavedDump
{
    /// <summary>Larger files are refused: the whole file is held in memory while it is read.</summary>
    const long LargestFile = 1L << 30;

    SavedDump(string name, DateTimeOffset capturedAt, Dictionary<DumpGroupKey, HashSet<ulong>> groups)
    {
        Name = name;
        CapturedAt = capturedAt;
        Groups = groups;
    }

    /// <summary>What a person calls it: the file or the process.</summary>
    public string Name { get; }

    public DateTimeOffset CapturedAt { get; }

    /// <summary>Goroutine ids by group.</summary>
    public IReadOnlyDictionary<DumpGroupKey, HashSet<ulong>> Groups { get; }

    public static SavedDump Of(GoTarget target, GoroutineDump dump, GoroutineFilter filter)
    {
        var groups = new Dictionary<DumpGroupKey, HashSet<ulong>>();
        foreach (var group in dump.GroupByStack(filter))
        {
            var one = group.Representative;
            var key = Key(
                one.WaitReason ?? one.StateText,
                one.VisibleFrames.Select(frame => (frame.Function, frame.File, frame.Line)),
                one.CreatedBy is { } creator ? (creator.Function, creator.File, creator.Line) : null);
            var ids = Ids(groups, key);
            foreach (var member in group.Members)
                ids.Add(dump[member].Id);
        }
        return new SavedDump($"{target.Name} ({target.Pid}) now", dump.CapturedAt, groups);
    }

    public static SavedDump Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new FileNotFoundException($"There is no file '{path}'.");
        if (info.Length > LargestFile)
            throw new ProfileFormatException($"'{path}' has {info.Length} bytes; a saved dump of more than {LargestFile} bytes is not read.");
        try
        {
            using var stream = File.OpenRead(path);
            var document = JsonSerializer.Deserialize(stream, SavedDumpJsonContext.Default.SavedDumpDocument);
            if (document is not { Schema: JsonSchema.Dump, Goroutines: { } goroutines })
                throw new FormatException($"its schema is '{document?.Schema}', not '{JsonSchema.Dump}'.");
            return new SavedDump(path, document.CapturedAt, Group(goroutines));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new ProfileFormatException($"'{path}' is not a dump in JSON: {exception.Message} Save one with: vitrine dump PID --format json -o FILE");
        }
    }

    static Dictionary<DumpGroupKey, HashSet<ulong>> Group(List<SavedGoroutine> goroutines)
    {
        var groups = new Dictionary<DumpGroupKey, HashSet<ulong>>();
        foreach (var goroutine in goroutines)
        {
            var frames = goroutine.Frames.Where(frame => !frame.RuntimeInternal).ToList();
            Ids(groups, Key(
                goroutine.WaitReason ?? goroutine.State,
                (frames.Count > 0 ? frames : goroutine.Frames).Select(frame => (frame.Function, frame.File, frame.Line)),
                goroutine.CreatedBy is { } site ? (site.Function, site.File, site.Line) : null)).Add(goroutine.Id);
        }
        return groups;
    }

    static DumpGroupKey Key(string state, IEnumerable<(string Function, string File, int Line)> frames, (string Function, string File, int Line)? creator) => new(
        state,
        string.Join('\n', frames.Select(frame => $"{frame.Function}\t{frame.File}:{frame.Line}")),
        creator is { } site ? $"{site.Function}\t{site.File}:{site.Line}" : "");

    static HashSet<ulong> Ids(Dictionary<DumpGroupKey, HashSet<ulong>> groups, DumpGroupKey key)
    {
        if (!groups.TryGetValue(key, out var ids))
            groups.Add(key, ids = []);
        return ids;
    }
}
