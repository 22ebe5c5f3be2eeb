using System.Diagnostics;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;

namespace Vitrine.Agent.DotNet;

/// <summary><c>vitrine mem</c> of a .NET process.</summary>
static class DotNetMem
{
    // Long enough for a rate, short enough to wait for.
    static readonly TimeSpan s_interval = TimeSpan.FromSeconds(0.5);

    // The first round is of the moment when the counters were switched on, the second of a whole interval.
    const int Rounds = 2;

    public static void Run(DotNetTarget target, string format, string? output, CancellationToken cancellation)
    {
        var (capturedAt, clock) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        IReadOnlyList<Figure> figures;
        using (var counters = DotNetCounters.Start(target, s_interval))
        {
            counters.WaitFor(Rounds, cancellation);
            figures = DotNetFigures.Of(target, counters.Session, counters.Why);
        }
        if (format == "json") Output.Bytes(output, stream => WriteJson(stream, target, figures, capturedAt, clock.Elapsed));
        else Output.Text(output, writer => WriteText(writer, Style.For(output), target, figures, clock.Elapsed));
    }

    static void WriteText(TextWriter writer, Style style, DotNetTarget target, IReadOnlyList<Figure> figures, TimeSpan duration)
    {
        var unknown = new UnknownReasons(style);
        writer.WriteLine($"{Heading.Of(style, target)}, watched for {Units.Duration(duration)} while it ran");
        foreach (var section in figures.GroupBy(static figure => figure.Section))
        {
            writer.WriteLine($"\n{style.Bold}{section.Key}{style.Reset}");
            foreach (var figure in section)
                writer.WriteLine($"  {figure.Label,-42} {unknown.Text(figure.Value, value => $"{figure.Text(value),14}")}");
        }
        unknown.Write(writer);
    }

    static void WriteJson(Stream stream, DotNetTarget target, IReadOnlyList<Figure> figures, DateTimeOffset capturedAt, TimeSpan duration) => JsonDocumentWriter.Write(stream, JsonSchema.Mem, json =>
    {
        json.WriteTarget(target);
        json.WriteTime("capturedAt", capturedAt);
        json.WriteNumber("durationMs", duration.TotalMilliseconds);
        json.WriteStartObject("dotnet");
        foreach (var figure in figures)
        {
            if (figure.Value.TryGet(out var value)) json.WriteNumber(figure.Name, value);
            else json.WriteNull(figure.Name);
        }
        json.WriteEndObject();
        json.WriteStartObject("obtained");
        foreach (var figure in figures)
            if (figure.Value.IsKnown)
                json.WriteString(figure.Name, figure.Value.Provenance.ToString());
        json.WriteEndObject();
        json.WriteStartObject("unknown");
        foreach (var figure in figures)
            if (!figure.Value.IsKnown)
                json.WriteString(figure.Name, figure.Value.Reason);
        json.WriteEndObject();
    });
}
