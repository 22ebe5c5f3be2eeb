namespace Vitrine.Agent.Audit.Checks;

/// <summary>Every check there is.</summary>
static class AllChecks
{
    public static IReadOnlyList<IMachineCheck> OfMachine { get; } = [new SettingsCheck(), new CorePatternCheck()];

    /// <summary>Those that are made also of a process that is only the parent or the debugger of one that was named.</summary>
    public static IReadOnlyList<IProcessCheck> OfRelatives { get; } = [new DebugServerCheck()];

    public static IReadOnlyList<IProcessCheck> OfProcess { get; } =
    [
        new AttachedDebuggerCheck(), new DebugServerCheck(), new ParentDebuggerCheck(), new ProfilingCheck(), new ExpvarCheck(), new GopsCheck(), new DotNetPortCheck(), new HardeningCheck(), new PrivilegeCheck(),
        new InjectedCodeCheck(), new RuntimeSettingsCheck(), new SecretsCheck(),
    ];
}
