using System.Globalization;

namespace Vitrine.Agent.Tests.Gate.Pages;

/// <summary>A page in Prometheus's text format, taken apart by a reader of its own: types by metric, values by series, and what a comment says is not known.</summary>
sealed class ExposedMetrics
{
    readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    public static ExposedMetrics Parse(string page)
    {
        var metrics = new ExposedMetrics();
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Split(' '))
            {
                case ["#", "TYPE", var name, var type]:
                    metrics._types.Add(name, type);
                    break;
                case ["#", "HELP", ..]:
                    break;
                case ["#", var name, "is", "not", "known:", ..]:
                    metrics._unknown.Add(name);
                    break;
                default:
                    var space = line.LastIndexOf(' ');
                    metrics._series.Add(line[..space], line[(space + 1)..] == "+Inf" ? double.PositiveInfinity : double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
                    break;
            }
        }
        return metrics;
    }

    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyDictionary<string, double> Series => _series;

    public IReadOnlySet<string> Unknown => _unknown;
}
