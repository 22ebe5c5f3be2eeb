namespace Vitrine.Doors.Grpc;

/// <summary>What a gRPC door has beside the looks.</summary>
public sealed record GrpcDoorOptions
{
    /// <summary>The door's name in the audit log.</summary>
    public string Name { get; init; } = "grpc";

    /// <summary>Whether the standard health service is there. It asks nobody who they are, as probers and load balancers expect, and says only that the door is open.</summary>
    public bool HasHealth { get; init; } = true;

    /// <summary>Whether the standard reflection service is there. It asks nobody who they are, and gives the .proto files, which are public; nothing of what a service shows.</summary>
    public bool HasReflection { get; init; } = true;
}
