using System.Text.Json;
using Vitrine.Insight.Findings;

namespace Vitrine.Agent.Json;

/// <summary>The parts of a finding that every document writes alike.</summary>
static class FindingJson
{
    /// <summary>How sure it is, and the conclusion.</summary>
    public static void WriteConclusion(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteNumber("confidence", finding.Confidence.Value);
        json.WriteString("confidenceComputation", finding.Confidence.Computation);
        json.WriteString("title", finding.Title);
    }

    /// <summary>What it rests on, what could change it, and what to do.</summary>
    public static void WriteGrounds(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("evidence");
        foreach (var evidence in finding.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("statement", evidence.Statement);
            json.WriteString("obtained", evidence.Provenance.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteTexts("unknowns", finding.Unknowns);
        json.WriteTexts("nextSteps", finding.NextSteps);
    }

    /// <summary>An array of sentences.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
