use std::ops::Range;

use super::expression::{Argument, Call, Expression, ExpressionError};
use super::token::{Scanner, Token, TokenKind};

/// A recursive descent over the tokens, one ahead.
pub(super) struct Parser<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    token: Token,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ExpressionError> {
        let mut scanner = Scanner::new(text);
        let token = scanner.next()?;
        Ok(Self { text, scanner, token, depth: 0 })
    }

    /// The expression that the whole text is.
    pub(super) fn whole(mut self) -> Result<Expression, ExpressionError> {
        let expression = self.alternatives()?;
        if self.token.kind == TokenKind::Newline {
            self.advance()?;
        }
        match &self.token.kind {
            TokenKind::End => Ok(expression),
            TokenKind::Operator(operator) if is_binary(operator) => Err(self.unsupported_operator()),
            _ => Err(self.expected("'EOF'")),
        }
    }

    fn alternatives(&mut self) -> Result<Expression, ExpressionError> {
        self.chain("||", Self::conjunction, Expression::Or)
    }

    fn conjunction(&mut self) -> Result<Expression, ExpressionError> {
        self.chain("&&", Self::operand, Expression::And)
    }

    fn chain(
        &mut self,
        operator: &'static str,
        operand: fn(&mut Self) -> Result<Expression, ExpressionError>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, ExpressionError> {
        let first = operand(self)?;
        if !self.at(operator) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.at(operator) {
            self.advance()?;
            operands.push(operand(self)?);
        }
        Ok(join(operands))
    }

    fn operand(&mut self) -> Result<Expression, ExpressionError> {
        match &self.token.kind {
            TokenKind::Operator("!") => {
                self.enter()?;
                self.advance()?;
                let negated = self.operand()?;
                self.depth -= 1;
                Ok(Expression::Not(Box::new(negated)))
            }
            TokenKind::Operator("(") => {
                self.enter()?;
                self.advance()?;
                let inner = self.alternatives()?;
                if let TokenKind::Operator(operator) = self.token.kind
                    && is_binary(operator)
                {
                    return Err(self.unsupported_operator());
                }
                if !self.at(")") {
                    return Err(self.expected("')'"));
                }
                self.advance()?;
                self.depth -= 1;
                Ok(inner)
            }
            TokenKind::Identifier(_) => self.call(),
            TokenKind::String(_) => Err(self.misplaced("a function call")),
            TokenKind::Number | TokenKind::Rune => Err(self.misplaced("a function call")),
            TokenKind::Operator("-" | "+" | "^" | "&" | "*" | "<-") => Err(self.unsupported_operator()),
            TokenKind::Operator(_) | TokenKind::Keyword(_) | TokenKind::Newline | TokenKind::End => {
                Err(self.expected("operand"))
            }
        }
    }

    fn call(&mut self) -> Result<Expression, ExpressionError> {
        let (name, name_span) = self.name()?;
        if !self.at("(") {
            return Err(ExpressionError::Undefined { name, span: name_span });
        }
        self.advance()?;
        let mut arguments = Vec::new();
        while !self.at(")") {
            arguments.push(self.argument()?);
            if self.at("...") {
                // Go's parser takes it and Traefik does not look at it.
                self.advance()?;
            }
            match self.token.kind {
                TokenKind::Operator(",") => self.advance()?,
                TokenKind::Operator(")") => {}
                TokenKind::Operator(operator) if is_binary(operator) => {
                    return Err(self.misplaced("one string as argument"));
                }
                TokenKind::Newline => return Err(self.syntax("missing ',' before newline in argument list")),
                _ => return Err(self.syntax("missing ',' in argument list")),
            }
        }
        let span = name_span.start..self.token.span.end;
        self.advance()?;
        if let TokenKind::Operator(operator @ ("(" | "[" | "{" | ".")) = self.token.kind {
            let span = self.token.span.clone();
            return Err(ExpressionError::Operator { operator: operator.to_owned(), span });
        }
        Ok(Expression::Call(Call { name, name_span, arguments, span }))
    }

    /// An identifier, with its selectors: nothing has fields here, but the whole name makes the better message.
    fn name(&mut self) -> Result<(String, Range<usize>), ExpressionError> {
        let mut name = String::new();
        let mut span = self.token.span.clone();
        loop {
            let TokenKind::Identifier(part) = &self.token.kind else {
                return Err(self.expected("selector or type assertion"));
            };
            name.push_str(part);
            span.end = self.token.span.end;
            self.advance()?;
            if !self.at(".") {
                return Ok((name, span));
            }
            name.push('.');
            self.advance()?;
        }
    }

    fn argument(&mut self) -> Result<Argument, ExpressionError> {
        match &mut self.token.kind {
            TokenKind::String(value) => {
                let argument = Argument { value: std::mem::take(value), span: self.token.span.clone() };
                self.advance()?;
                Ok(argument)
            }
            TokenKind::Identifier(_) => {
                let (name, span) = self.name()?;
                if self.at("(") {
                    return Err(ExpressionError::Argument {
                        expected: "a string as argument",
                        found: "a call",
                        span,
                    });
                }
                Err(ExpressionError::Undefined { name, span })
            }
            TokenKind::Number | TokenKind::Rune => Err(self.misplaced("a string as argument")),
            TokenKind::Operator("(" | "!" | "-" | "+" | "^" | "&" | "*" | "<-" | "[") => {
                Err(self.misplaced("a string as argument"))
            }
            TokenKind::Operator(_) | TokenKind::Keyword(_) | TokenKind::Newline | TokenKind::End => {
                Err(self.expected("operand"))
            }
        }
    }

    fn enter(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > Expression::MAX_DEPTH {
            return Err(ExpressionError::TooDeep { span: self.token.span.clone() });
        }
        Ok(())
    }

    fn at(&self, operator: &str) -> bool {
        matches!(self.token.kind, TokenKind::Operator(found) if found == operator)
    }

    fn advance(&mut self) -> Result<(), ExpressionError> {
        self.token = self.scanner.next()?;
        Ok(())
    }

    fn syntax(&self, message: impl Into<String>) -> ExpressionError {
        ExpressionError::syntax(self.text, message, self.token.span.clone())
    }

    fn expected(&self, what: &str) -> ExpressionError {
        let found = match &self.token.kind {
            TokenKind::Newline => "newline".to_owned(),
            TokenKind::End => "'EOF'".to_owned(),
            TokenKind::Identifier(name) => name.clone(),
            TokenKind::Keyword(word) => format!("'{word}'"),
            TokenKind::Operator(operator) => format!("'{operator}'"),
            TokenKind::String(_) | TokenKind::Number | TokenKind::Rune => {
                self.text.get(self.token.span.clone()).unwrap_or_default().to_owned()
            }
        };
        self.syntax(format!("expected {what}, found {found}"))
    }

    fn misplaced(&self, expected: &'static str) -> ExpressionError {
        let found = match self.token.kind {
            TokenKind::String(_) => "a string",
            TokenKind::Number => "a number",
            TokenKind::Rune => "a rune (single quotes)",
            TokenKind::Identifier(_) | TokenKind::Keyword(_) => "a name",
            TokenKind::Operator(_) | TokenKind::Newline | TokenKind::End => "an expression",
        };
        ExpressionError::Argument { expected, found, span: self.token.span.clone() }
    }

    fn unsupported_operator(&self) -> ExpressionError {
        let operator = self.text.get(self.token.span.clone()).unwrap_or_default().to_owned();
        ExpressionError::Operator { operator, span: self.token.span.clone() }
    }
}

/// Go's other binary operators, which parse there and mean nothing here.
fn is_binary(operator: &str) -> bool {
    matches!(
        operator,
        "+" | "-"
            | "*"
            | "/"
            | "%"
            | "&"
            | "|"
            | "^"
            | "<<"
            | ">>"
            | "&^"
            | "=="
            | "!="
            | "<"
            | "<="
            | ">"
            | ">="
    )
}
