namespace Vitrine.Pprof.Storage;

/// <summary>A copy of the location and line tables in which each location keeps only some of its lines.</summary>
internal sealed class LocationLines
{
    readonly RowStore<LocationEntry> _locations;
    readonly RowStore<Line> _lines = new();

    public LocationLines(int count) => _locations = new RowStore<LocationEntry>(1, count);

    /// <summary>Appends the next location; its lines are added with <see cref="Keep"/>.</summary>
    public void Add(in LocationEntry location) => _locations.Add(location with { FirstLine = _lines.Count, LineCount = 0 });

    /// <summary>Appends a line to the location added last.</summary>
    public void Keep(in Line line)
    {
        _lines.Add(line);
        _locations[_locations.Count - 1].LineCount++;
    }

    public int Kept => _locations[_locations.Count - 1].LineCount;

    public ProfileTables Into(ProfileTables tables) => tables with { Locations = _locations, Lines = _lines };
}
