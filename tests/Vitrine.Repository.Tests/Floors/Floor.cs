namespace Vitrine.Repository.Tests.Floors;

/// <summary>The floors of ARCHITECTURE.md: a project may use only what is on a lower floor.</summary>
static class Floor
{
    static readonly Dictionary<string, int> Floors = new()
    {
        ["Vitrine.Pprof"] = 1,
        ["Vitrine.Linux"] = 1,
        ["Vitrine.Grpc"] = 1,
        ["Vitrine.Instruments"] = 2,
        ["Vitrine.Go"] = 3,
        ["Vitrine.DotNet"] = 3,
        ["Vitrine.Guard"] = 3,
        ["Vitrine.Doors"] = 4,
        ["Vitrine.Insight"] = 4,
        ["Vitrine.Export"] = 4,
        ["Vitrine.Agent"] = 5,
        ["Vitrine.AspNetCore"] = 5,
    };

    /// <summary>The floor of a project, or null when it has not been given one.</summary>
    public static int? Of(string project) => Floors.TryGetValue(project, out var floor) ? floor : null;
}
