using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Guard.Audit;

namespace Vitrine.Agent.Verbs.AuditLogs;

/// <summary><c>vitrine audit-log verify</c>: whether a log is as it was written.</summary>
static class VerifyVerb
{
    const int HashLength = 64;

    public static Command Create()
    {
        var command = new Command("verify", "Check that an audit log is as it was written; name the first place where it is not.").WithExamples("""
            vitrine audit-log verify audit.log.000001 audit.log
            vitrine audit-log verify audit.log --key audit.key --expect 3f0c…
            vitrine audit-log verify audit.log --follows 8a0e…   the files before it are kept elsewhere, and end with this hash
            """);
        var files = new Argument<string[]>("FILE") { Description = "The log's files in the order in which they were written: the one with the number 000001 first, the one without a number last", Arity = ArgumentArity.OneOrMore };
        var key = new Option<string?>("--key") { Description = "The file with the log's key", HelpName = "FILE" };
        var expect = new Option<string?>("--expect") { Description = "A hash that an earlier run printed: the log must still have that record", HelpName = "HASH" };
        var follows = new Option<string?>("--follows") { Description = "The hash with which the files end that are kept elsewhere: the first record must follow it", HelpName = "HASH" };
        command.Arguments.Add(files);
        command.Options.Add(key);
        command.Options.Add(expect);
        command.Options.Add(follows);
        command.SetAction(parsed => Run(parsed.GetValue(files)!, parsed.GetValue(key), Hash("--expect", parsed.GetValue(expect)), Hash("--follows", parsed.GetValue(follows))));
        return command;
    }

    static string? Hash(string option, string? text) => text is null || (text.Length == HashLength && text.All(char.IsAsciiHexDigit))
        ? text?.ToLowerInvariant()
        : throw new UsageException($"{option} {Terminal.Safe(text)}: a hash has {HashLength} hexadecimal digits.");

    static int Run(string[] files, string? keyFile, string? expected, string? follows)
    {
        var verdict = AuditVerifier.Verify(files, Key(keyFile), expected, follows);
        foreach (var remark in verdict.Remarks)
            Console.Out.WriteLine(Terminal.Safe(remark));
        if (verdict.Records > 0)
        {
            Console.Out.WriteLine($"{Units.Count(verdict.Records, "record holds", "records hold")}, up to record {verdict.LastSequence}");
            Console.Out.WriteLine($"last hash: {verdict.LastHash}");
        }
        if (verdict.Break is not { } wrong) return ExitCode.Success;
        Console.Out.WriteLine($"{wrong.Kind.ToString().ToLowerInvariant()}: {Terminal.Safe(wrong.File)}:{wrong.Line}: {Terminal.Safe(wrong.Message)}");
        return ExitCode.LogBroken;
    }

    static AuditKey Key(string? file)
    {
        try
        {
            return file is null ? AuditKey.None : AuditKey.Read(file);
        }
        catch (InvalidDataException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
