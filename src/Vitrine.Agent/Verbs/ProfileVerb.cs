using System.CommandLine;
using Vitrine.Agent.Verbs.Profiles;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine profile</c>: work on profile files; needs no process and no privilege.</summary>
static class ProfileVerb
{
    public static Command Create() => new("profile", "Show, merge, compare, convert and redact profile files.")
    {
        ShowVerb.Create(),
        MergeVerb.Create(),
        DiffVerb.Create(),
        ConvertVerb.Create(),
        RedactVerb.Create(),
    };
}
