using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Folded stacks, one per line: <c>main.main;main.work;runtime.mallocgc 42</c>, root first; the input of flamegraph.pl and of most other tools
/// (https://github.com/brendangregg/FlameGraph#2-fold-stacks). UTF-8, line feed. A file holds one number per stack and not what it counts.
/// </summary>
public static class Folded
{
    /// <summary>Writes one sample type, one line per unique stack of functions, in the order of the tree (biggest first). Does not dispose the stream.</summary>
    /// <exception cref="NotSupportedException">The profile has negative values (it is a difference): folded stacks are counts.</exception>
    public static void Write(Profile profile, Stream destination, int valueIndex, CallTreeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var tree = CallTree.Of(profile, valueIndex, (options ?? CallTreeOptions.Default) with { Inverted = false });
        if (tree.IsDiff)
            throw new NotSupportedException("Folded stacks cannot hold a difference: it has negative values. Write a flame graph (.svg or .html) or pprof (.pb.gz) instead.");
        using var writer = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        var self = tree.Self();
        var starts = new List<int>(); // per depth, where in the line its frame begins
        var line = new StringBuilder();
        var depths = new int[tree.NodeCount];
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (node > 0)
            {
                var depth = depths[node] = depths[tree.Parents[node]] + 1;
                if (starts.Count >= depth)
                {
                    line.Length = starts[depth - 1];
                    starts.RemoveRange(depth - 1, starts.Count - depth + 1);
                }
                starts.Add(line.Length);
                if (depth > 1)
                    line.Append(';');
                FoldedName.Append(line, tree.Frames[tree.FrameIndexes[node]].Name);
            }
            if (self[node] == 0)
                continue;
            var length = line.Length;
            writer.Write(line.Append(' ').Append(CultureInfo.InvariantCulture, $"{self[node]}").Append('\n'));
            line.Length = length;
        }
    }

    /// <summary>
    /// Reads folded stacks to the end of the stream. Empty lines and lines that begin with <c>#</c> are skipped; a fraction is rounded to the nearest whole number.
    /// </summary>
    /// <param name="source">UTF-8 text; not disposed.</param>
    /// <param name="type">What the numbers count; the file does not say. Default: samples/count.</param>
    /// <param name="limits">Bounds on bytes, samples, depth and name length.</param>
    /// <exception cref="ProfileFormatException">A line has no number, or a limit is exceeded; the message names the line.</exception>
    public static Profile Read(Stream source, SampleType? type = null, ProfileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reader = new FoldedReader(type ?? new SampleType("samples", "count"), limits ?? ProfileLimits.Default);
        var lineNumber = 0L;
        foreach (var line in BoundedLines.Of(source, limits ?? ProfileLimits.Default))
            reader.Add(line.Span, ++lineNumber);
        return reader.Build();
    }
}
