use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::parse::{
    ActionNode, BranchNode, CommandNode, Expr, ListNode, Node, Number, Parser, PipeNode, Pos, SmolStr,
};
use gotmpl::{FuncMap, Value, ValueFunc};

use super::budget::Output;
use super::function::{self, Context, Function, Lookup, Patterns};
use super::{TemplateError, blocks};

/// A template's trees, made ready: names are checked as Go does when it parses, and what the engine does otherwise than
/// Go is replaced by calls of functions of ours, under names that no template can write.
#[derive(Clone, Debug)]
pub(super) struct Program {
    main: ListNode,
    /// The bodies of `define` and `block`.
    defined: BTreeMap<String, ListNode>,
    /// What the trees call, Go's own operators left out.
    functions: BTreeMap<&'static str, &'static Function>,
    pub(super) patterns: Arc<Patterns>,
}

/// Field access by Go's rules: an unknown field of the template's data is an error, a missing key of a map is not.
pub(super) const FIELD: &str = "(field)";
/// Formats what an action prints.
pub(super) const PRINT: &str = "(print)";
/// Refuses to range over what is no map in Go.
pub(super) const RANGE: &str = "(range)";
/// Counts the steps of a body that runs repeatedly.
pub(super) const STEP: &str = "(step)";
/// The name under which the main tree runs; no template can call it.
const MAIN: &str = "(main)";

impl Default for Program {
    fn default() -> Self {
        let main = ListNode { pos: Pos::new(0, 1), nodes: Vec::new() };
        Self { main, defined: BTreeMap::new(), functions: BTreeMap::new(), patterns: Arc::default() }
    }
}

impl Program {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        // The engine's own loading finds what is defined twice.
        gotmpl::Template::new("").parse(text).map_err(TemplateError::syntax)?;
        blocks::check(text)?;
        let parser = Parser::new(text, "{{", "}}").map_err(TemplateError::syntax)?;
        let (mut main, definitions) = parser.parse().map_err(TemplateError::syntax)?;
        let mut rewriter = Rewriter { text, functions: BTreeMap::new(), variables: Vec::new(), ranges: 0 };
        rewriter.list(&mut main)?;
        let mut defined: BTreeMap<String, ListNode> = BTreeMap::new();
        for mut definition in definitions {
            rewriter.variables.clear();
            rewriter.ranges = 0;
            let empty = definition.body.is_empty_tree();
            rewriter.list(&mut definition.body)?;
            rewriter.count_steps(&mut definition.body);
            if !empty || !defined.contains_key(definition.name.as_str()) {
                defined.insert(definition.name.to_string(), definition.body);
            }
        }
        Ok(Self { main, defined, functions: rewriter.functions, patterns: Arc::default() })
    }

    pub(super) fn run(
        &self,
        context: &Arc<Context>,
        output: &mut Output,
        data: &Value,
    ) -> gotmpl::Result<()> {
        let functions: FuncMap = self
            .functions
            .iter()
            .map(|(&name, &function)| {
                let context = Arc::clone(context);
                let call: ValueFunc = Arc::new(move |values| function.call(&context, values));
                (name.to_owned(), call)
            })
            .collect();
        let mut engine = gotmpl::Template::new("").funcs(functions).max_range_iters(MAX_ITERATIONS);
        for (name, body) in &self.defined {
            engine = engine.add_parse_tree(name, body.clone());
        }
        engine.add_parse_tree(MAIN, self.main.clone()).execute_template_fmt(output, MAIN, data)
    }
}

/// How often all `range` of one rendering may go round.
const MAX_ITERATIONS: u64 = 20_000;

struct Rewriter<'a> {
    text: &'a str,
    functions: BTreeMap<&'static str, &'static Function>,
    /// The variables in scope, innermost last.
    variables: Vec<SmolStr>,
    /// How many `range` are around.
    ranges: usize,
}

impl Rewriter<'_> {
    fn list(&mut self, list: &mut ListNode) -> Result<(), TemplateError> {
        let mut nodes = Vec::with_capacity(list.nodes.len());
        for mut node in list.nodes.drain(..) {
            self.node(&mut node)?;
            if let Node::Action(action) = node {
                nodes.extend(self.action(action));
            } else {
                nodes.push(node);
            }
        }
        list.nodes = nodes;
        Ok(())
    }

    fn node(&mut self, node: &mut Node) -> Result<(), TemplateError> {
        match node {
            Node::Action(action) => self.pipe(&mut action.pipe),
            Node::If(branch) | Node::With(branch) => self.branch(branch, false),
            Node::Range(branch) => self.branch(branch, true),
            Node::Template(template) => template.pipe.as_mut().map_or(Ok(()), |pipe| self.pipe(pipe)),
            Node::List(list) => self.list(list),
            Node::Break(position) if self.ranges == 0 => {
                Err(self.syntax(*position, "{{break}} outside {{range}}"))
            }
            Node::Continue(position) if self.ranges == 0 => {
                Err(self.syntax(*position, "{{continue}} outside {{range}}"))
            }
            Node::Break(_) | Node::Continue(_) | Node::Text(_) | Node::Define(_) => Ok(()),
        }
    }

    fn branch(&mut self, branch: &mut BranchNode, range: bool) -> Result<(), TemplateError> {
        let scope = self.variables.len();
        self.pipe(&mut branch.pipe)?;
        let inner = self.variables.len();
        self.ranges += usize::from(range);
        self.list(&mut branch.body)?;
        self.ranges -= usize::from(range);
        if range {
            self.count_steps(&mut branch.body);
            let (pos, args) = (branch.pos, vec![self.internal(RANGE, branch.pos)]);
            branch.pipe.commands.push(CommandNode { pos, args });
        }
        self.variables.truncate(inner);
        if let Some(list) = &mut branch.else_body {
            self.list(list)?;
        }
        self.variables.truncate(scope);
        Ok(())
    }

    fn pipe(&mut self, pipe: &mut PipeNode) -> Result<(), TemplateError> {
        for (stage, command) in pipe.commands.iter_mut().enumerate() {
            let literal = matches!(
                command.args.first(),
                Some(Expr::Bool(..) | Expr::Dot(_) | Expr::Nil(_) | Expr::Number(..) | Expr::String(..))
            );
            if stage > 0 && literal {
                let message = format!("non executable command in pipeline stage {}", stage + 1);
                return Err(self.syntax(command.pos, message));
            }
            for argument in &mut command.args {
                self.expression(argument)?;
            }
        }
        for name in &pipe.decl {
            if pipe.is_assign {
                self.defined(name, pipe.pos)?;
            } else {
                self.variables.push(name.clone());
            }
        }
        Ok(())
    }

    fn expression(&mut self, expression: &mut Expr) -> Result<(), TemplateError> {
        match expression {
            Expr::Field(position, fields) => {
                let (position, fields) = (*position, std::mem::take(fields));
                *expression = self.field(position, Expr::Dot(position), &fields);
            }
            Expr::Variable(position, name, fields) => {
                let position = *position;
                self.defined(name, position)?;
                if !fields.is_empty() {
                    let variable = Expr::Variable(position, name.clone(), Vec::new());
                    let fields = std::mem::take(fields);
                    *expression = self.field(position, variable, &fields);
                }
            }
            Expr::Identifier(position, name) => self.function(name.as_str(), *position)?,
            Expr::Pipe(_, pipe) => {
                let scope = self.variables.len();
                self.pipe(pipe)?;
                self.variables.truncate(scope);
            }
            Expr::Chain(position, inner, fields) => {
                self.expression(inner)?;
                // A function's name with fields is a call of it: the engine knows how to take the arguments.
                if !matches!(**inner, Expr::Identifier(..)) {
                    let (position, fields) = (*position, std::mem::take(fields));
                    let inner = std::mem::replace(&mut **inner, Expr::Nil(position));
                    *expression = self.field(position, inner, &fields);
                }
            }
            Expr::Dot(_) | Expr::String(..) | Expr::Number(..) | Expr::Bool(..) | Expr::Nil(_) => {}
        }
        Ok(())
    }

    /// `(field receiver "a" "b")`.
    fn field(&mut self, position: Pos, receiver: Expr, fields: &[SmolStr]) -> Expr {
        let names = fields.iter().map(|name| Expr::String(position, Arc::from(name.as_str())));
        let mut args = vec![self.internal(FIELD, position), receiver];
        args.extend(names);
        Expr::Pipe(position, one_command(position, args))
    }

    /// An action as the engine shall run it: one that prints does so by our formatting, and `set $d ..` and its like,
    /// which in sprig change their first argument, assign the variable that holds it.
    fn action(&mut self, mut action: ActionNode) -> Vec<Node> {
        let mut nodes = Vec::new();
        let position = action.pos;
        let pipe = &mut action.pipe;
        if let [command] = pipe.commands.as_slice()
            && let [Expr::Identifier(_, name), Expr::Variable(_, variable, fields), ..] =
                command.args.as_slice()
            && function::MUTATORS.contains(&name.as_str())
            && fields.is_empty()
            && variable != "$"
        {
            let variable = variable.clone();
            let value = one_command(position, vec![Expr::Variable(position, variable.clone(), Vec::new())]);
            let commands = std::mem::replace(&mut pipe.commands, value.commands);
            let assignment = PipeNode { pos: position, decl: vec![variable], commands, is_assign: true };
            nodes.push(Node::Action(ActionNode { pos: position, pipe: assignment }));
        }
        if pipe.decl.is_empty() {
            let args = vec![self.internal(PRINT, position)];
            pipe.commands.push(CommandNode { pos: position, args });
        }
        nodes.push(Node::Action(action));
        nodes
    }

    /// Puts a count of the body's nodes before it.
    fn count_steps(&mut self, body: &mut ListNode) {
        let nodes = i64::try_from(size(body)).unwrap_or(i64::MAX);
        let position = body.pos;
        let args = vec![self.internal(STEP, position), Expr::Number(position, Number::Int(nodes))];
        let pipe = PipeNode { decl: vec![SmolStr::new_static("$(step)")], ..one_command(position, args) };
        body.nodes.insert(0, Node::Action(ActionNode { pos: position, pipe }));
    }

    fn internal(&mut self, name: &'static str, position: Pos) -> Expr {
        if let Lookup::Known(name, function) = function::lookup(name) {
            self.functions.insert(name, function);
        }
        Expr::Identifier(position, SmolStr::new_static(name))
    }

    fn function(&mut self, name: &str, position: Pos) -> Result<(), TemplateError> {
        let (line, column) = self.place(position);
        match function::lookup(name) {
            Lookup::Engine => Ok(()),
            Lookup::Known(name, function) => {
                self.functions.insert(name, function);
                Ok(())
            }
            Lookup::Withheld(reason) => {
                Err(TemplateError::WithheldFunction { name: name.to_owned(), reason, line, column })
            }
            Lookup::Unknown => Err(TemplateError::UndefinedFunction { name: name.to_owned(), line, column }),
        }
    }

    fn defined(&self, name: &SmolStr, position: Pos) -> Result<(), TemplateError> {
        if name == "$" || self.variables.contains(name) {
            return Ok(());
        }
        Err(self.syntax(position, format!("undefined variable `{name}`")))
    }

    fn syntax(&self, position: Pos, message: impl Into<String>) -> TemplateError {
        let (line, column) = self.place(position);
        TemplateError::Syntax { message: message.into(), line, column }
    }

    fn place(&self, position: Pos) -> (usize, usize) {
        super::place(self.text, position.offset)
    }
}

fn one_command(position: Pos, args: Vec<Expr>) -> PipeNode {
    let command = CommandNode { pos: position, args };
    PipeNode { pos: position, decl: Vec::new(), commands: vec![command], is_assign: false }
}

/// How many nodes and expressions a body has: what it costs to run it once.
fn size(list: &ListNode) -> usize {
    let pipe = |pipe: &PipeNode| pipe.commands.iter().map(|command| 1 + command.args.len()).sum::<usize>();
    list.nodes
        .iter()
        .map(|node| match node {
            Node::Action(action) => 1 + pipe(&action.pipe),
            Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                1 + pipe(&branch.pipe) + size(&branch.body) + branch.else_body.as_ref().map_or(0, size)
            }
            Node::Template(template) => 1 + template.pipe.as_ref().map_or(0, pipe),
            Node::List(list) => size(list),
            Node::Text(_) | Node::Define(_) | Node::Break(_) | Node::Continue(_) => 1,
        })
        .sum()
}
