using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>The call tree as indented text, biggest first: what a flame graph shows, where there is only a terminal.</summary>
public static class TextTree
{
    /// <summary>Writes the tree as UTF-8 text. Does not dispose the stream.</summary>
    /// <param name="tree">The tree; of a difference, the change stands beside the current value.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="minFraction">Nodes with less of the total are summed up in a line that says how many they are. Default 0.005.</param>
    /// <param name="maxDepth">Levels at most. Default 64.</param>
    public static void Write(CallTree tree, Stream destination, double minFraction = 0.005, int maxDepth = 64)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(destination);
        var unit = tree.SampleTypes[0].Unit;
        var whole = FlameGraphLayout.Weight(tree, 0, 0);
        using var text = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(tree.IsDiff ? "     after      change   change%  function" : "     total   total%        self  function");
        var open = new Stack<(int Node, int Depth, int Hidden)>();
        open.Push((0, 0, 0));
        while (open.TryPop(out var next))
        {
            var (node, depth, hidden) = next;
            var indent = new string(' ', 2 * depth);
            if (hidden > 0)
            {
                text.WriteLine($"{"",10}  {"",7}  {"",10}  {indent}… {hidden} smaller or deeper");
                continue;
            }
            var frame = tree.FrameIndexes[node];
            var name = frame < 0 ? "all" : DisplayText.Of(tree.Frames[frame].Name);
            var total = tree.Total()[node];
            text.WriteLine(tree.IsDiff
                ? $"{ValueText.Of(total, unit),10}  {ValueText.Delta(total - tree.BaseTotal()[node], unit),10}  {ValueText.Change(tree.BaseTotal()[node], total),7}  {indent}{name}"
                : $"{ValueText.Of(total, unit),10}  {ValueText.Share(total, tree.Total()[0]),7}  {ValueText.Of(tree.Self()[node], unit),10}  {indent}{name}");
            var shown = new List<int>();
            var left = 0;
            for (var child = node + 1; child < tree.Ends[node]; child = tree.Ends[child])
            {
                var weight = FlameGraphLayout.Weight(tree, child, 0);
                if (depth < maxDepth && weight > 0 && weight >= whole * minFraction)
                    shown.Add(child);
                else if (weight > 0)
                    left++;
            }
            if (left > 0)
                open.Push((node, depth + 1, left));
            for (var i = shown.Count - 1; i >= 0; i--)
                open.Push((shown[i], depth + 1, 0));
        }
    }
}
