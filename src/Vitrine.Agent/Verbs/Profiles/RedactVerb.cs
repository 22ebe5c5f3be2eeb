using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary><c>vitrine profile redact</c>: what the guard takes out of a profile before it leaves, taken out of a file.</summary>
static class RedactVerb
{
    /// <summary>The largest text that is taken; a profile has limits of its own.</summary>
    const long MaximumText = 1L << 30;

    public static Command Create()
    {
        var command = new Command("redact", "Take secrets out of a profile: tokens, addresses, names, literals. What is left merges, compares and opens as before.").WithExamples("""
            vitrine profile redact cpu.pb.gz -o shared.pb.gz
            vitrine profile redact goroutines.txt --rule order='ORD-[0-9]+' --allow-label tenant
            vitrine profile redact --list
            """);
        var file = new Argument<string?>("FILE") { Description = "The profile: pprof, or text of any kind (debug=1, debug=2, folded, speedscope, JSON, SVG, HTML)", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Output();
        var rules = new Option<string[]>("--rule") { Description = "A rule of your own, a regular expression; may be given several times", HelpName = "NAME=PATTERN" };
        var without = new Option<string[]>("--without") { Description = "Switch a rule off; may be given several times", HelpName = "NAME" };
        var allow = new Option<string[]>("--allow-label") { Description = "Let the values of a label leave; may be given several times", HelpName = "KEY" };
        var deny = new Option<string[]>("--deny-label") { Description = "Mask the values of a label; may be given several times", HelpName = "KEY" };
        var keyFile = new Option<string?>("--key-file") { Description = "Secret key of the tags, so that files redacted one by one compare; without, each run has a key of its own", HelpName = "FILE" };
        var list = new Option<bool>("--list") { Description = "Show the rules, and redact nothing" };
        var quiet = CommonOptions.Quiet();
        command.Arguments.Add(file);
        foreach (Option option in (Option[])[output, rules, without, allow, deny, keyFile, list, quiet])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var chosen = Rules(parsed.GetValue(rules) ?? [], parsed.GetValue(without) ?? [], parsed.GetValue(allow) ?? [], parsed.GetValue(deny) ?? [], parsed.GetValue(keyFile));
            if (parsed.GetValue(list))
            {
                WriteRules(chosen);
                return ExitCode.Success;
            }
            var path = parsed.GetValue(file) ?? throw new UsageException("Name the file to redact, or ask for the rules with --list.");
            var counts = Redact(new Redactor(chosen), path, parsed.GetValue(output));
            new Remarks(parsed.GetValue(quiet)).Note(Summary(counts));
            return ExitCode.Success;
        });
        return command;
    }

    static RedactionRules Rules(string[] rules, string[] without, string[] allow, string[] deny, string? keyFile)
    {
        var options = new RedactionOptions { KeyFile = keyFile };
        foreach (var rule in rules)
        {
            var equal = rule.IndexOf('=', StringComparison.Ordinal);
            if (equal <= 0)
                throw new UsageException($"'{rule}' is not a rule: write --rule NAME=PATTERN.");
            options.Rules.Add(new RedactionRuleOptions { Name = rule[..equal], Pattern = rule[(equal + 1)..] });
        }
        foreach (var name in without)
            options.Without.Add(name);
        foreach (var key in allow)
            options.AllowLabels.Add(key);
        foreach (var key in deny)
            options.DenyLabels.Add(key);
        try
        {
            return RedactionRules.From(options);
        }
        catch (ArgumentException invalid)
        {
            throw new UsageException(invalid.Message);
        }
    }

    static RedactionCounts Redact(Redactor redactor, string path, string? output)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.");
        if (IsPprof(path))
        {
            if (output is not null)
                ProfileFile.Check(output);
            var result = redactor.Redact(ProfileReader.ReadFile(path));
            if (output is null)
                Output.Bytes(null, stream => TextTop.Write(result.Result, stream, result.Result.DefaultSampleTypeIndex, 30));
            else
                ProfileFile.Write(result.Result, output);
            return result.Counts;
        }
        return RedactText(redactor, path, output);
    }

    /// <summary>The format stays: a text cannot become another one on the way.</summary>
    static RedactionCounts RedactText(Redactor redactor, string path, string? output)
    {
        if (output is not null && ProfileFile.IsProfile(output) && !string.Equals(ProfileFile.EndingOf(output), ProfileFile.EndingOf(path), StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{output}' would be another format than '{path}': redact in the same format and convert then, with vitrine profile convert.");
        if (new FileInfo(path).Length > MaximumText)
            throw new ProfileFormatException($"{path} has more than {MaximumText >> 30} GiB of text. Redact it in pieces.");
        var text = File.ReadAllBytes(path);
        if (!redactor.TryRedact("text/plain", text, out var bytes, out var counts, out var refusal))
            throw new ProfileFormatException($"{path}: {refusal}");
        Output.Bytes(output, stream => stream.Write(bytes.Span));
        return counts;
    }

    /// <summary>By content where it tells, as when profiles are read; else by the ending.</summary>
    static bool IsPprof(string path)
    {
        using var file = File.OpenRead(path);
        if ((file.ReadByte(), file.ReadByte()) == (0x1f, 0x8b))
            return true;
        return ProfileFormats.ForPath(path) is ProfileFormat.PprofPlain or ProfileFormat.Pprof;
    }

    static string Summary(RedactionCounts counts) => counts.Total == 0
        ? "nothing to take out"
        : $"{Units.Count(counts.Total, "place")} taken out: {string.Join(", ", counts.ByRule.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {Units.Count(count.Value)}"))}";

    static void WriteRules(RedactionRules rules)
    {
        var width = rules.All.Max(rule => rule.Name.Length);
        foreach (var rule in rules.All)
            Console.Out.WriteLine(rule.IsUsers ? $"{rule.Name.PadRight(width)}  your own" : $"{rule.Name.PadRight(width)}  {rule.Finds}");
    }
}
