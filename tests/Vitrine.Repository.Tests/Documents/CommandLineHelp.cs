using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Vitrine.Repository.Tests.Documents;

/// <summary>What the program itself says about its verbs and options.</summary>
static partial class CommandLineHelp
{
    static readonly ConcurrentDictionary<string, string> Cache = new(StringComparer.Ordinal);

    /// <summary>The verbs below a command ("" is the program itself).</summary>
    public static HashSet<string> Verbs(string command = "") =>
        [.. Of(command).Split('\n').SkipWhile(line => line.Trim() != "Commands:").Skip(1).TakeWhile(line => line.StartsWith(' ')).Select(line => Verb().Match(line)).Where(match => match.Success).Select(match => match.Groups["verb"].Value)];

    /// <summary>The options that a command knows, with their dashes.</summary>
    public static HashSet<string> Options(string command) =>
        [.. Option().Matches(Of(command)).Select(match => match.Value), "--help", "-h", "--version"];

    static string Of(string command) => Cache.GetOrAdd(command, static command =>
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "vitrine.dll"));
        foreach (var word in command.Split(' ', StringSplitOptions.RemoveEmptyEntries)) start.ArgumentList.Add(word);
        start.ArgumentList.Add("--help");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("cannot start dotnet");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            throw new TimeoutException($"vitrine {command} --help did not end");
        }
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"vitrine {command} --help: {errors.Result}");
    });

    [GeneratedRegex(@"^  (?<verb>[a-z][a-z-]*)(\s|,|$)")]
    private static partial Regex Verb();

    [GeneratedRegex(@"(?<=[\s,\[])--?[a-z][a-z0-9-]*")]
    private static partial Regex Option();
}
