using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Async;

/// <summary>
/// What a task does not tell in public: the list of live tasks that the runtime keeps for debuggers, who goes on when a task ends, and where an async method's state machine stands.
/// </summary>
/// <remarks>
/// Internals of .NET 10, src/libraries/System.Private.CoreLib/src/System/Threading/Tasks/Task.cs (<c>s_asyncDebuggingEnabled</c>, <c>s_currentActiveTasks</c>, <c>m_continuationObject</c>,
/// <c>m_action</c>), System/Runtime/CompilerServices/AsyncTaskMethodBuilderT.cs (<c>AsyncStateMachineBox.StateMachine</c>), and the names that Roslyn gives to a state machine's fields
/// (<c>&lt;&gt;1__state</c>, <c>&lt;&gt;u__1</c>). A runtime without the first three cannot be looked at and says so; without the others a frame loses its line, or what it waits for.
/// Everything is only read, apart from the switch and the list, which <see cref="AsyncTracking"/> cleans up.
/// </remarks>
static class TaskInternals
{
    /// <summary>Whether this runtime has the list and the continuations where they are expected.</summary>
    public static bool IsAvailable { get; } = Probe();

    static bool Probe()
    {
        try
        {
            _ = Enabled(null);
            _ = Active(null);
            _ = Continuation(Task.CompletedTask);
            _ = Body(Task.CompletedTask);
            return true;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    /// <summary>The switch that has the runtime keep its list.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "s_asyncDebuggingEnabled")]
    public static extern ref bool Enabled(Task? type);

    /// <summary>The list, by task id; null until the first task is in it. The runtime locks the dictionary itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "s_currentActiveTasks")]
    public static extern ref Dictionary<int, Task>? Active(Task? type);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    public static extern ref object? Continuation(Task task);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_action")]
    public static extern ref Delegate? Body(Task task);

    const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // Looked up once for each type, and gone with it.
    static readonly ConditionalWeakTable<Type, StrongBox<FieldInfo?>> Machines = [];
    static readonly ConditionalWeakTable<Type, MachineShape> Shapes = [];

    /// <summary>A copy of the state machine behind an async method's task, or the machine itself where the compiler made it a class; null for any other task.</summary>
    public static object? StateMachine(Task task) =>
        Machines.GetValue(task.GetType(), static type => new(FieldOf(type, "StateMachine"))).Value?.GetValue(task);

    /// <summary>The fields of a kind of state machine.</summary>
    public static MachineShape ShapeOf(object machine) => Shapes.GetValue(machine.GetType(), static type => new(type));

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that was trimmed is one that is not found.")]
    static FieldInfo? FieldOf(Type type, string name) => type.GetField(name, Any);

    /// <summary>Where a state machine keeps what.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "What was trimmed is not found.")]
    public sealed class MachineShape(Type type)
    {
        readonly FieldInfo? _state = type.GetField("<>1__state", Any);
        readonly FieldInfo[] _awaiters = [.. type.GetFields(Any).Where(static one => one.Name.StartsWith("<>u__", StringComparison.Ordinal))];

        /// <summary>The method that runs the state machine.</summary>
        public MethodBase? MoveNext { get; } = type.GetMethod("MoveNext", Any);

        /// <summary>The await that it stands at, counted from 0; negative while it runs or has ended; null when it cannot be told.</summary>
        public int? State(object machine) => _state?.GetValue(machine) as int?;

        /// <summary>What it waits for: the task or the source in its awaiter; null when it cannot be told.</summary>
        public object? Awaited(object machine)
        {
            foreach (var field in _awaiters)
                if (field.GetValue(machine) is { } awaiter && Inside(awaiter, depth: 0) is { } found)
                    return found;
            return null;
        }
    }

    // Awaiters are structures around structures around a task or an IValueTaskSource; an unused one is all null.
    static object? Inside(object awaiter, int depth)
    {
        if (depth > 3) return null;
        foreach (var field in Fields.GetValue(awaiter.GetType(), static type => AwaiterFields(type)))
        {
            var value = field.GetValue(awaiter);
            if (value is Task) return value;
            if (value is not null && field.Name == "_obj") return value;
            if (value is ValueType && Inside(value, depth + 1) is { } found) return found;
        }
        return null;
    }

    static readonly ConditionalWeakTable<Type, FieldInfo[]> Fields = [];

    // What can hold a task: references, and structures that are not just a number or a flag.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that was trimmed is one that is not found.")]
    static FieldInfo[] AwaiterFields(Type type) =>
        [.. type.GetFields(Any).Where(static one => !one.FieldType.IsPrimitive && !one.FieldType.IsEnum)];

    /// <summary>Everything that goes on when <paramref name="task"/> ends: tasks, or the object that will be told, when it is no task.</summary>
    public static void Continuations(Task task, List<object> into) => Unwrap(Continuation(task), into, depth: 0);

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that was trimmed is one that is not found.")]
    static void Unwrap(object? continuation, List<object> into, int depth)
    {
        // The list of one task's continuations is the program's: bounded, like every walk.
        if (continuation is null || depth > 6 || into.Count >= MaximumContinuations) return;
        switch (continuation)
        {
            case Task task:
                into.Add(task);
                return;
            case List<object?> many:
                lock (many) // as the runtime does while it adds
                    foreach (var one in many.Take(MaximumContinuations))
                        Unwrap(one, into, depth + 1);
                return;
            case Action { Target: Task task }:
                into.Add(task);
                return;
            case Action { Target: { } target } when target.GetType().Name == "ContinuationWrapper":
                Unwrap(target.GetType().GetField("_continuation", Any)?.GetValue(target), into, depth + 1);
                return;
            case Action action:
                into.Add(action);
                return;
        }
        // AwaitTaskContinuation has an action, ContinueWithTaskContinuation a task.
        for (var type = continuation.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            var inner = type.GetField("m_task", Any)?.GetValue(continuation) ?? type.GetField("m_action", Any)?.GetValue(continuation);
            if (inner is null) continue;
            Unwrap(inner, into, depth + 1);
            return;
        }
        if (continuation.GetType() != typeof(object)) into.Add(continuation); // a bare object marks a task that has ended
    }

    const int MaximumContinuations = 1000;
}
