using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Guard.Audit;

namespace Vitrine.Agent.Verbs.AuditLogs;

/// <summary><c>vitrine audit-log show</c>: the records of a log, as they are; whether they hold is what <c>verify</c> says.</summary>
static class ShowVerb
{
    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 4 };

    public static Command Create()
    {
        var command = new Command("show", "Show the records of an audit log, one a line. It does not check them: that is what verify is for.").WithExamples("""
            vitrine audit-log show audit.log --who alice --since 2h
            vitrine audit-log show audit.log --what heap --json
            """);
        var files = new Argument<string[]>("FILE") { Description = "The log's files", Arity = ArgumentArity.OneOrMore };
        var who = new Option<string?>("--who") { Description = "Only records of callers with this in their name", HelpName = "TEXT" };
        var what = new Option<string?>("--what") { Description = "Only records of permissions or switches with this in their name, such as heap", HelpName = "TEXT" };
        var since = new Option<string?>("--since") { Description = "Only records from this time on: 2026-03-01T12:00:00Z, or a duration before now, such as 2h", HelpName = "TIME" };
        var json = new Option<bool>("--json") { Description = "The records as they stand in the file: one JSON object a line" };
        var output = CommonOptions.Output();
        command.Arguments.Add(files);
        foreach (Option option in (Option[])[who, what, since, json, output])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var filter = new Filter(parsed.GetValue(who), parsed.GetValue(what), parsed.GetValue(since) is { } text ? Time(text) : null);
            var bad = 0L;
            Output.Text(parsed.GetValue(output), writer => bad = Write(writer, parsed.GetValue(files)!, filter, parsed.GetValue(json)));
            if (bad == 0) return ExitCode.Success;
            Console.Error.WriteLine($"vitrine: {Units.Count(bad, "line is no record", "lines are no records")}");
            Console.Error.WriteLine("  next: vitrine audit-log verify FILE");
            return ExitCode.BadFile;
        });
        return command;
    }

    static long Write(TextWriter writer, string[] files, Filter filter, bool isJson)
    {
        long bad = 0;
        foreach (var line in files.SelectMany(AuditLines.Read))
        {
            using var record = Parse(line);
            if (record is null) bad++;
            else if (filter.Takes(record.RootElement)) writer.WriteLine(isJson ? Terminal.Safe(System.Text.Encoding.UTF8.GetString(line.Span)) : Terminal.Safe(Text(record.RootElement)));
        }
        return bad;
    }

    static JsonDocument? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var document = JsonDocument.Parse(line, s_options);
            if (document.RootElement.ValueKind == JsonValueKind.Object && Of(document.RootElement, "event") is not null && Moment(document.RootElement) is not null) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // When, what happened, who from where, at what, and what became of it: only what the record has.
    static string Text(JsonElement record)
    {
        var text = new List<string> { Moment(record)!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), Of(record, "event")!.PadRight(8) };
        if (Of(record, "who") is { } who) text.Add($"{who} ({string.Join(", ", ((string?[])[Of(record, "kind")?.ToLowerInvariant(), .. Roles(record)]).Where(part => part is not null))})");
        else if (Of(record, "event") == "refused") text.Add("nobody known");
        else if (Of(record, "kind") is { } kind) text.Add($"({kind})");
        if (Of(record, "from") is { } from) text.Add($"from {from}");
        if (Of(record, "what") is { } what) text.Add($"{what} of {Of(record, "service")} through {Of(record, "door")}");
        if (Of(record, "how") is { Length: > 0 } how) text.Add($"[{how}]");
        if (Number(record, "asked_ms") is { } asked) text.Add($"for {asked / 1000:0.###} s");
        if (Of(record, "switch") is { } name) text.Add($"switch {name} {(record.TryGetProperty("on", out var on) && on.ValueKind == JsonValueKind.True ? "on" : "off")}");
        if (Of(record, "until") is { } until) text.Add($"until {until}");
        if (Of(record, "outcome") is { } outcome) text.Add($"-> {outcome}");
        if (Number(record, "bytes") is { } bytes) text.Add($"{Units.Bytes((long)bytes)} in {Number(record, "took_ms") / 1000:0.###} s");
        if (record.TryGetProperty("raw", out _)) text.Add("not redacted");
        if (record.TryGetProperty("redactions", out var rules) && rules.ValueKind == JsonValueKind.Object) text.Add("redacted " + string.Join(", ", rules.EnumerateObject().Select(rule => $"{rule.Value} {rule.Name}")));
        if (Of(record, "program") is { } program) text.Add($"by {program}, process {Number(record, "process")}, file {Number(record, "file")}, {Of(record, "chain")}");
        if (Number(record, "partial_bytes") is { } partial) text.Add($"{partial} bytes before this are no record");
        if (Number(record, "dropped_file") is { } dropped) text.Add($"file {dropped} removed, up to record {Number(record, "dropped_seq")}");
        if (Number(record, "not_written") is { } more) text.Add($"({more} refusals before this were only counted)");
        if (Of(record, "reason") is { } reason) text.Add($"- {reason}");
        return string.Join("  ", text);
    }

    static IEnumerable<string?> Roles(JsonElement record) =>
        record.TryGetProperty("roles", out var roles) && roles.ValueKind == JsonValueKind.Array ? roles.EnumerateArray().Where(role => role.ValueKind == JsonValueKind.String).Select(role => role.GetString()) : [];

    static string? Of(JsonElement record, string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static double? Number(JsonElement record, string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    static DateTimeOffset? Moment(JsonElement record) => record.TryGetProperty("time", out var time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var moment) ? moment : null;

    static DateTimeOffset Time(string text)
    {
        if (DurationText.TryParse(text, out var ago)) return DateTimeOffset.UtcNow - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"--since {Terminal.Safe(text)} is no time: write 2026-03-01T12:00:00Z, or a duration before now, such as 2h.");
    }

    sealed record Filter(string? Who, string? What, DateTimeOffset? Since)
    {
        public bool Takes(JsonElement record) => Has(Who, Of(record, "who")) && (Has(What, Of(record, "what")) || Has(What, Of(record, "switch"))) && !(Since > Moment(record));

        static bool Has(string? wanted, string? text) => wanted is null || (text?.Contains(wanted, StringComparison.OrdinalIgnoreCase) ?? false);
    }
}
