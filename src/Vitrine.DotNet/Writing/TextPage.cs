using System.Text;
using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet.Writing;

/// <summary><see cref="RuntimeFormat.Text"/>.</summary>
static class TextPage
{
    static readonly byte[][] Prefixes = [.. RuntimeMetrics.Rows.Select(static metric => Encoding.ASCII.GetBytes($"# {metric.Field} = "))];
    static readonly byte[][] Suffixes = [.. RuntimeMetrics.Rows.Select(static metric => Encoding.ASCII.GetBytes($"{UnitOf(metric)}\n"))];

    public static void Compose(in RuntimeSnapshot snapshot, PageBuffer page)
    {
        page.Append("# .NET runtime at "u8);
        page.Append(snapshot.CapturedAt);
        page.Append("\n"u8);
        for (var i = 0; i < RuntimeSnapshot.FieldCount; i++)
        {
            page.Append(Prefixes[i]);
            var value = snapshot[(RuntimeField)i];
            if (value.TryGet(out var number))
            {
                page.Append(number);
                page.Append(Suffixes[i]);
                continue;
            }
            page.Append("unknown ("u8);
            page.Append(value.Why.Text());
            page.Append(")\n"u8);
        }
    }

    // The field's own unit: what is exported in seconds is kept in nanoseconds.
    static string UnitOf(RuntimeMetric metric) => metric switch
    {
        { Unit: "By" } => " bytes",
        { Unit: "s", Exponent: -9 } => " ns",
        { Unit: "1", Exponent: -4 } => " per 10000",
        _ => "",
    };
}
