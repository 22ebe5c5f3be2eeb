using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Makes a profile coarser, and so smaller: frames that differ only in what is not asked for become one, and equal samples are summed.</summary>
public static class Aggregate
{
    /// <summary>Aggregates as pprof's <c>-functions -filefunctions -files -lines -addresses</c> do.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="granularity">What makes two frames the same.</param>
    /// <param name="inlines">False keeps only the function the code was compiled into, without the calls inlined there (pprof's <c>-noinlines</c>).</param>
    public static Profile By(Profile profile, Granularity granularity, bool inlines = true)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var keepFunction = granularity != Granularity.File;
        var keepFile = granularity != Granularity.Function;
        var keepLine = granularity >= Granularity.Line;
        var keepColumn = granularity >= Granularity.Column;
        var keepAddress = granularity == Granularity.Address;
        var old = profile.Tables;

        var mappings = new RowStore<MappingEntry>(1, old.Mappings.Count);
        var kept = (keepFunction ? MappingSymbols.Functions : 0) | (keepFile ? MappingSymbols.Filenames : 0)
            | (keepLine ? MappingSymbols.LineNumbers : 0) | (inlines ? MappingSymbols.InlineFrames : 0);
        for (var i = 0; i < old.Mappings.Count; i++)
            mappings.Add(old.Mappings[i] with { Symbols = old.Mappings[i].Symbols & kept });

        var functions = new RowStore<FunctionEntry>(1, old.Functions.Count);
        for (var i = 0; i < old.Functions.Count; i++)
        {
            var function = old.Functions[i];
            if (!keepFunction)
                function = function with { Name = 0, SystemName = 0 };
            if (!keepFile)
                function = function with { FileName = 0 };
            functions.Add(function);
        }

        var lines = new LocationLines(old.Locations.Count);
        for (var i = 0; i < old.Locations.Count; i++)
        {
            ref var location = ref old.Locations[i];
            lines.Add(keepAddress ? location : location with { Address = 0 });
            for (var l = inlines ? 0 : Math.Max(0, location.LineCount - 1); l < location.LineCount; l++)
            {
                var line = old.Lines[location.FirstLine + l];
                lines.Keep(new Line(line.Function, keepLine ? line.LineNumber : 0, keepColumn ? line.Column : 0));
            }
        }
        return Compact.Of(new Profile(profile.Header, lines.Into(old) with { Mappings = mappings, Functions = functions }));
    }
}
