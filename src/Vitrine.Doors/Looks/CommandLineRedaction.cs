using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrine.Guard.Redaction;

namespace Vitrine.Doors.Looks;

/// <summary>
/// Takes secrets out of a command line, argument by argument: a text rule sees neither that an argument is the value of the flag before it (<c>--password hunter2</c>), nor that a value with a space in it goes on until the
/// argument ends. Which names are secret is the redaction's own to say: a flag and its value are shown to it as a member of a JSON document.
/// </summary>
static partial class CommandLineRedaction
{
    /// <summary>Arguments that are shown; of a program that has more, the rest is left out.</summary>
    public const int MaximumArguments = 10_000;

    /// <summary>The command line without its secrets.</summary>
    /// <param name="redactor">By which rules.</param>
    /// <param name="arguments">Arguments, separated by NUL bytes.</param>
    /// <param name="counts">What was taken out, by rule.</param>
    public static byte[] Redact(Redactor redactor, ReadOnlySpan<byte> arguments, out IReadOnlyDictionary<string, long> counts)
    {
        var all = new Dictionary<string, long>(StringComparer.Ordinal);
        var output = new ArrayBufferWriter<byte>(arguments.Length + 256);
        string? flag = null;
        var number = 0;
        foreach (var range in arguments.Split((byte)0))
        {
            if (number++ > 0) output.Write("\0"u8);
            if (number > MaximumArguments)
            {
                output.Write("(more arguments than are shown)"u8);
                break;
            }
            var argument = Encoding.UTF8.GetString(arguments[range]);
            // In doubt it is the flag's value: only another long flag is surely none.
            if (flag is not null && argument.Length > 0 && !argument.StartsWith("--", StringComparison.Ordinal)) Encoding.UTF8.GetBytes(Value(redactor, flag, argument, all), output);
            else if (Assignment().Match(argument) is { Success: true, Groups: var parts } && IsSecret(redactor, parts["name"].Value)) Encoding.UTF8.GetBytes($"{parts["name"]}={Value(redactor, parts["name"].Value, parts["value"].Value, all)}", output);
            else Encoding.UTF8.GetBytes(Text(redactor, argument, all), output);
            flag = Flag().IsMatch(argument) && IsSecret(redactor, argument) ? argument : null;
        }
        counts = all;
        return output.WrittenSpan.ToArray();
    }

    static bool IsSecret(Redactor redactor, string name) => Value(redactor, name, "x", []) != "x";

    static string Text(Redactor redactor, string text, Dictionary<string, long> counts)
    {
        var redacted = ResultRedaction.Text(redactor, text, out var found);
        Add(counts, found);
        return redacted;
    }

    static string Value(Redactor redactor, string name, string value, Dictionary<string, long> counts)
    {
        var document = new ArrayBufferWriter<byte>(name.Length + value.Length + 64);
        using (var json = new Utf8JsonWriter(document))
        {
            json.WriteStartObject();
            json.WriteString(name.TrimStart('-'), value);
            json.WriteEndObject();
        }
        if (!redactor.TryRedact("application/json", document.WrittenMemory, out var redacted, out var found, out var refusal)) return refusal!;
        Add(counts, found);
        using var result = JsonDocument.Parse(redacted);
        return result.RootElement.EnumerateObject().First().Value.GetString() ?? "";
    }

    static void Add(Dictionary<string, long> counts, RedactionCounts found)
    {
        foreach (var (rule, count) in found.ByRule) counts[rule] = counts.GetValueOrDefault(rule) + count;
    }

    const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [GeneratedRegex("^-{1,2}[A-Za-z_][A-Za-z0-9_.:-]{0,63}$", Options)]
    private static partial Regex Flag();

    [GeneratedRegex("^(?<name>(-{1,2}|/)?[A-Za-z_][A-Za-z0-9_.:-]{0,63})=(?<value>.*)$", Options | RegexOptions.Singleline)]
    private static partial Regex Assignment();
}
