using System.Text.Json;
using Vitrine.Go;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Json;

/// <summary>A leak report as JSON.</summary>
static class LeaksJson
{
    public static void Write(Stream stream, GoTarget target, LeakReport report, bool all) => JsonDocumentWriter.Write(stream, JsonSchema.Leaks, json =>
    {
        json.WriteTarget(target);
        json.WriteNumber("observations", report.Observations);
        json.WriteNumber("watchedMs", report.Watched.TotalMilliseconds);
        json.WriteNumber("tornShare", report.TornShare);
        json.WriteNumber("groupsNotFollowed", report.GroupsNotFollowed);
        json.WriteStartArray("groups");
        foreach (var group in report.Groups)
        {
            if (all || group.Finding.Verdict != Verdict.None)
                WriteGroup(json, group);
        }
        json.WriteEndArray();
    });

    static void WriteGroup(Utf8JsonWriter json, LeakGroupReport group)
    {
        json.WriteStartObject();
        json.WriteString("verdict", group.Finding.Verdict switch { Verdict.Fault => "leak", Verdict.Suspect => "suspect", _ => "none" });
        json.WriteConclusion(group.Finding);
        json.WriteString("state", group.Key.State);
        WriteSite(json, "createdBy", group.Key.CreatedBy);
        WriteSite(json, "blockedAt", group.Key.BlockedAt);
        json.WriteStartArray("counts");
        foreach (var count in group.Counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteNumber("growthPerSecond", group.GrowthPerSecond.Slope);
        json.WriteNumber("growthPerSecondLower", group.GrowthPerSecond.Lower);
        json.WriteNumber("growthPerSecondUpper", group.GrowthPerSecond.Upper);
        json.WriteNumber("trendP", group.TrendP);
        json.WriteNumber("stayed", group.Stayed);
        json.WriteNumber("left", group.Left);
        json.WriteNumber("oldestSeenForMs", group.OldestSeenFor.TotalMilliseconds);
        json.WriteOptional("longestBlockedAtLeastNs", group.LongestBlocked is { } blocked ? blocked.Ticks * 100 : null);
        json.WriteNumber("resourceCount", group.ResourceCount);
        json.WriteStartArray("sharedResources");
        foreach (var (address, waiting) in group.SharedResources)
        {
            json.WriteStartObject();
            json.WriteAddress("address", address);
            json.WriteNumber("waiting", waiting);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("holders");
        foreach (var holder in group.Holders)
        {
            json.WriteStartObject();
            json.WriteAddress("address", holder.Resource);
            json.WriteString("holder", holder.Description);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteGrounds(group.Finding);
        json.WriteEndObject();
    }

    static void WriteSite(Utf8JsonWriter json, string name, CodeSite? site)
    {
        if (site is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("function", site.Function);
        json.WriteString("file", site.File);
        json.WriteNumber("line", site.Line);
        json.WriteEndObject();
    }
}
