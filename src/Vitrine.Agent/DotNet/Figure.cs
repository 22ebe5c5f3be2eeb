using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary>What a figure counts, which says how it is shown.</summary>
enum FigureUnit
{
    Bytes,
    BytesPerSecond,
    Count,
    PerSecond,
    Percent,
    Milliseconds,
}

/// <summary>One number of a .NET process with where it stands, how it is called, and how it was obtained.</summary>
/// <param name="Section">Heading that it stands below.</param>
/// <param name="Label">What it is, for people.</param>
/// <param name="Name">Its field in JSON, with the unit in the name.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Value">The number, or why it is not known.</param>
sealed record Figure(string Section, string Label, string Name, FigureUnit Unit, Known<double> Value)
{
    /// <summary>The number for people.</summary>
    public string Text(double value) => Unit switch
    {
        FigureUnit.Bytes => Units.Bytes(value),
        FigureUnit.BytesPerSecond => $"{Units.Bytes(value)}/s",
        FigureUnit.PerSecond => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}/s"),
        FigureUnit.Percent => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} %"),
        FigureUnit.Milliseconds => Units.Duration(TimeSpan.FromMilliseconds(value)),
        _ => Units.Count((long)Math.Round(value)),
    };
}
