using System.CommandLine;
using Vitrine.Agent.Targets;
using Vitrine.Go;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.CommandLine;

/// <summary>How every verb is told which process: PID, name or --listen.</summary>
sealed class TargetOptions
{
    readonly Argument<string?> _target = CommonOptions.Target();
    readonly Option<string?> _listen = CommonOptions.Listen();

    public TargetOptions(Command command)
    {
        command.Arguments.Add(_target);
        command.Options.Add(_listen);
    }

    /// <summary>The process that was meant.</summary>
    public LinuxProcess Find(ParseResult parsed) => TargetFinder.Find(parsed.GetValue(_target), parsed.GetValue(_listen));

    /// <summary>The Go process of a verb that takes words behind it. With --listen there is no PID in front, so the first word is one of them.</summary>
    public (GoTarget Target, string[] Words) Attach(ParseResult parsed, Argument<string[]> words)
    {
        var typed = parsed.GetValue(words) ?? [];
        return parsed.GetValue(_listen) is { } listen && parsed.GetValue(_target) is { } first
            ? (GoTargetOpener.Open(TargetFinder.Find(null, listen)), [first, .. typed])
            : (Attach(parsed), typed);
    }

    /// <summary>The Go process that was meant, ready to be looked into.</summary>
    public GoTarget Attach(ParseResult parsed) => GoTargetOpener.Open(Find(parsed));

    /// <summary>The process that was meant, a Go or a .NET one. What it holds is released by whoever disposes it, where it can be disposed.</summary>
    public ITarget AttachAny(ParseResult parsed) => TargetOpener.Open(Find(parsed));
}
