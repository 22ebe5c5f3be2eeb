using Vitrine.Insight.Leaks;

namespace Vitrine.Insight.Tests.Leaks;

/// <summary>A simulated process: goroutines with a birth and a death, watched by dumps at fixed times. The truth is what the simulation was told to do.</summary>
sealed class Population
{
    readonly List<(GroupKey Key, ulong Id, ulong Resource, double Birth, double Death)> _members = [];
    ulong _nextId = 100;

    public static GroupKey Key(string name, string state) =>
        new(new CodeSite($"main.start{name}", $"/src/{name}.go", 10), new CodeSite($"main.{name}", $"/src/{name}.go", 20), state);

    public Population Add(GroupKey key, double birth, double death = double.PositiveInfinity, ulong resource = 0)
    {
        _members.Add((key, _nextId, resource == 0 ? 0xc000_0000 + _nextId * 96 : resource, birth, death));
        _nextId++;
        return this;
    }

    public LeakReport Watch(double seconds = 30, double every = 3, HolderSearch? holders = null, TimeSpan? blockedBefore = null)
    {
        var watch = new LeakWatch();
        for (var at = 0.0; at <= seconds; at += every)
        {
            var now = at;
            var groups = _members.Where(member => member.Birth <= now && now < member.Death).GroupBy(member => member.Key).ToDictionary(
                group => group.Key,
                group => (IReadOnlyList<GoroutineSighting>)[.. group.Select(member => new GoroutineSighting(member.Id, member.Resource, blockedBefore))]);
            watch.Observe(new LeakObservation(TimeSpan.FromSeconds(at), groups, groups.Values.Sum(group => group.Count), 0));
        }
        return watch.Conclude(holders ?? HolderSearch.None);
    }
}
