namespace Vitrine.Guard.Switches;

/// <summary>Who said how a switch stands. A later one is stronger.</summary>
public enum SwitchSource
{
    /// <summary>Nobody: it is as switches are that nobody speaks of.</summary>
    Default,

    /// <summary>The guard's options.</summary>
    Configuration,

    /// <summary>The environment variable <c>VITRINE</c>.</summary>
    Environment,

    /// <summary>The switches' own file.</summary>
    File,

    /// <summary>Somebody who may, through a door.</summary>
    Request,

    /// <summary>The file whose existence stops everything.</summary>
    KillFile,
}
