using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// The table that <c>go tool pprof -top</c> prints: per function the value it spent itself (flat) and with everything it called (cum), with pprof's figures, units and order.
/// Facts: https://github.com/google/pprof/blob/main/internal/report/report.go (printText, newTrimmedGraph) and internal/graph/graph.go (nodes, order).
/// </summary>
public static class TextTop
{
    /// <summary>Calls with less of the total say nothing about inlining; pprof's default for -edgefraction.</summary>
    const double EdgeFraction = 0.001;

    /// <summary>Writes the table as UTF-8 text. Does not dispose the stream.</summary>
    /// <param name="profile">The profile; pprof applies its DropFrames before it reports, and so may the caller.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="valueIndex">Which value; null = the profile's default.</param>
    /// <param name="maxRows">Rows at most; 0 = all. Default 0, as pprof does outside its interactive mode.</param>
    /// <param name="byCum">Order by cum instead of flat.</param>
    /// <param name="nodeFraction">Functions with less of the total (cum) are dropped; pprof's default is 0.005.</param>
    public static void Write(Profile profile, Stream destination, int? valueIndex = null, int maxRows = 0, bool byCum = false, double nodeFraction = 0.005)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(destination);
        var type = valueIndex ?? profile.DefaultSampleTypeIndex;
        if ((uint)type >= (uint)profile.SampleTypes.Count)
            throw new ArgumentOutOfRangeException(nameof(valueIndex), valueIndex, $"The profile has {profile.SampleTypes.Count} sample types.");
        var all = FunctionValues.Of(profile, type);
        var total = all.Total;
        var cutoff = Math.Abs((long)(all.Rows.Sum(row => (double)row.Flat) * nodeFraction));
        var kept = all.Rows.Where(row => cutoff <= 0 || AbsoluteOf(row.Cum) >= cutoff).ToList();
        var dropped = all.Rows.Count - kept.Count;
        var notDropped = kept.Count;
        kept.Sort((a, b) => Order(a, b, byCum));
        if (maxRows > 0 && kept.Count > maxRows)
            kept.RemoveRange(maxRows, kept.Count - maxRows);

        all.MarkInlined(kept, Math.Abs((long)(all.Rows.Sum(row => (double)row.Flat) * EdgeFraction)));

        var unit = profile.SampleTypes[type].Unit;
        var smallest = kept.Select(row => row.Flat != 0 ? AbsoluteOf(row.Flat) : AbsoluteOf(row.Cum)).Where(value => value > 0).DefaultIfEmpty(0).Min();
        var shownUnit = kept.Count == 0 ? PprofUnits.Auto : PprofUnits.ForReport(smallest, total, unit);
        string Format(long value) => PprofUnits.Label(value, unit, shownUnit);

        using var text = new StreamWriter(destination, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };
        PprofHeader.Write(text, profile, type, total, shownUnit);
        var shown = kept.Sum(row => row.Flat);
        text.WriteLine($"Showing nodes accounting for {Format(shown)}, {PprofUnits.Percentage(shown, total).Trim()} of {Format(total)} total");
        if (total != 0 && dropped > 0)
            text.WriteLine($"Dropped {dropped} node{(dropped == 1 ? "" : "s")} (cum <= {Format(Math.Abs((long)(total * nodeFraction)))})");
        if (total != 0 && kept.Count < notDropped)
            text.WriteLine($"Showing top {kept.Count} nodes out of {notDropped}");
        text.WriteLine("      flat  flat%   sum%        cum   cum%");
        var sum = 0L;
        foreach (var row in kept)
        {
            sum += row.Flat;
            var inlined = row.IsInlined ? row.IsCalled ? " (partial-inline)" : " (inline)" : "";
            text.WriteLine($"{Format(row.Flat),10} {PprofUnits.Percentage(row.Flat, total)} {PprofUnits.Percentage(sum, total)} {Format(row.Cum),10} {PprofUnits.Percentage(row.Cum, total)}  {DisplayText.Of(row.Name)}{inlined}");
        }
    }

    static long AbsoluteOf(long value) => value == long.MinValue ? long.MaxValue : Math.Abs(value);

    static int Order(FunctionValues.Row a, FunctionValues.Row b, bool byCum)
    {
        var (first, second) = byCum ? (b.Cum, a.Cum) : (b.Flat, a.Flat);
        var order = AbsoluteOf(first).CompareTo(AbsoluteOf(second));
        if (order == 0)
            order = string.CompareOrdinal(a.Name, b.Name);
        return order != 0 ? order : AbsoluteOf(b.Cum).CompareTo(AbsoluteOf(a.Cum));
    }
}
